//! Many equal things in a rectangle: worker slots, beads, connection slots.

use super::Rect;

/// More than this many are not drawn one by one.
pub const ONE_BY_ONE_MAX: u32 = 40;
/// Smaller than this they cannot be told apart.
const SIZE_MIN: f64 = 4.0;

/// How a number of things is drawn in a rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Slots {
    /// One by one.
    Each {
        /// The side of one.
        size: f64,
        /// The distance from one to the next.
        pitch: f64,
        /// How many in a row.
        columns: u32,
        /// The corner of the first.
        x: f64,
        /// The corner of the first.
        y: f64,
    },
    /// As one bar with a number: too many, or too small.
    Bar,
}

/// The largest squares that let `n` of them stand in `rect`, in rows from the left, at most `size_max` each.
pub fn slots(n: u32, rect: Rect, size_max: f64) -> Slots {
    if n == 0 || n > ONE_BY_ONE_MAX {
        return Slots::Bar;
    }
    let gap = |size: f64| (size * 0.28).clamp(1.5, 4.0);
    let fits = |columns: u32| {
        let rows = n.div_ceil(columns);
        // size * columns + gap * (columns - 1) <= w, with the gap a share of the size
        let across = rect.w / (f64::from(columns) * 1.28 - 0.28);
        let down = rect.h / (f64::from(rows) * 1.28 - 0.28);
        across.min(down).min(size_max)
    };
    let best = (1..=n).max_by(|a, b| fits(*a).total_cmp(&fits(*b)).then(a.cmp(b)));
    let columns = best.unwrap_or(1);
    let size = fits(columns);
    if size < SIZE_MIN {
        return Slots::Bar;
    }
    let gap = gap(size).min(size * 0.28);
    let rows = f64::from(n.div_ceil(columns));
    Slots::Each {
        size,
        pitch: size + gap,
        columns,
        x: rect.x,
        y: rect.y + (rect.h - rows * size - (rows - 1.0) * gap) / 2.0,
    }
}

impl Slots {
    /// The square of the `index`th thing.
    pub fn rect(&self, index: u32) -> Option<Rect> {
        match *self {
            Slots::Each {
                size,
                pitch,
                columns,
                x,
                y,
            } => Some(Rect::new(
                x + f64::from(index % columns) * pitch,
                y + f64::from(index / columns) * pitch,
                size,
                size,
            )),
            Slots::Bar => None,
        }
    }
}

/// Splits a rectangle into `n` rows with a gap between them.
pub fn rows(rect: Rect, n: usize, gap: f64) -> Vec<Rect> {
    let n = n.max(1);
    let gap = if n > 8 { 1.0 } else { gap };
    let h = ((rect.h - gap * (n as f64 - 1.0)) / n as f64).max(0.5);
    (0..n)
        .map(|row| Rect::new(rect.x, rect.y + row as f64 * (h + gap), rect.w, h))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_stay_inside_and_apart() {
        for n in 1..=ONE_BY_ONE_MAX {
            for (w, h) in [(180.0, 45.0), (180.0, 9.0), (40.0, 90.0)] {
                let room = Rect::new(3.0, 5.0, w, h);
                let slots = slots(n, room, 16.0);
                let rects: Vec<Rect> = (0..n).filter_map(|index| slots.rect(index)).collect();
                let outer = Rect::new(room.x - 1e-6, room.y - 1e-6, w + 2e-6, h + 2e-6);
                for (index, rect) in rects.iter().enumerate() {
                    assert!(outer.contains(rect), "{n} in {w}x{h}: {rect:?}");
                    assert!(
                        rects[..index].iter().all(|other| !other.overlaps(rect)),
                        "{n} in {w}x{h}"
                    );
                }
            }
        }
    }

    #[test]
    fn too_many_or_too_small_become_a_bar() {
        assert_eq!(
            slots(41, Rect::new(0.0, 0.0, 900.0, 900.0), 16.0),
            Slots::Bar
        );
        assert_eq!(slots(30, Rect::new(0.0, 0.0, 30.0, 6.0), 16.0), Slots::Bar);
        assert_eq!(slots(0, Rect::new(0.0, 0.0, 30.0, 6.0), 16.0), Slots::Bar);
    }

    #[test]
    fn ten_threads_use_their_room_well() {
        let Slots::Each { size, .. } = slots(10, Rect::new(0.0, 0.0, 178.0, 44.0), 18.0) else {
            panic!("ten are drawn one by one");
        };
        assert!(size >= 14.0, "{size}");
    }
}
