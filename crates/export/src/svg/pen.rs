//! A pen that writes SVG. Colours are classes; see the palette.

use crate::escape::xml;
use picture::layout::{Point, Rect};
use std::fmt::{Arguments, Write};

/// What has been drawn.
#[derive(Debug, Default)]
pub struct Pen {
    /// The elements.
    pub text: String,
}

impl Pen {
    /// Writes an element.
    pub fn raw(&mut self, element: Arguments) {
        // Writing to a text never fails.
        let _ = self.text.write_fmt(element);
    }

    /// A text.
    pub fn text(&mut self, (x, y): (f64, f64), class: &str, text: &str) {
        if !text.is_empty() {
            let text = xml(text);
            self.raw(format_args!(
                "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>"
            ));
        }
    }

    /// A rectangle with an outline of this width (0: none).
    pub fn rect(&mut self, r: Rect, radius: f64, class: &str, width: f64) {
        let Rect { x, y, w, h } = r;
        self.raw(format_args!(
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\"",
            w.max(0.0),
            h.max(0.0)
        ));
        if radius > 0.0 {
            self.raw(format_args!(" rx=\"{radius}\""));
        }
        self.outline(width);
    }

    fn outline(&mut self, width: f64) {
        if width > 0.0 {
            self.raw(format_args!(" stroke-width=\"{width}\""));
        }
        self.text.push_str("/>");
    }

    /// A circle with an outline of this width (0: none).
    pub fn circle(&mut self, at: Point, radius: f64, class: &str, width: f64) {
        self.raw(format_args!(
            "<circle class=\"{class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius:.1}\"",
            at.x, at.y
        ));
        self.outline(width);
    }

    /// A path with an outline of this width (0: none), and dashes if there are any.
    pub fn path(&mut self, d: &str, class: &str, width: f64, dashes: &str) {
        self.raw(format_args!("<path class=\"{class}\" d=\"{d}\""));
        if !dashes.is_empty() {
            self.raw(format_args!(" stroke-dasharray=\"{dashes}\""));
        }
        self.outline(width);
    }

    /// A line through these points.
    pub fn line(
        &mut self,
        points: impl Iterator<Item = Point>,
        class: &str,
        width: f64,
        dashes: &str,
    ) {
        let mut d = String::new();
        for (index, Point { x, y }) in points.enumerate() {
            let step = if index == 0 { 'M' } else { 'L' };
            // Writing to a text never fails.
            let _ = write!(d, "{step}{x:.1} {y:.1}");
        }
        self.path(&d, &format!("none {class}"), width, dashes);
    }

    /// A rectangle with slanting lines: held, but idle.
    pub fn hatched(&mut self, r: Rect, colour: &str) {
        let inner = Rect::new(r.x + 0.6, r.y + 0.6, r.w - 1.2, r.h - 1.2);
        let Rect { x, y, w, h } = inner;
        self.raw(format_args!(
            "<rect class=\"s-{colour}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"url(#hatch-{colour})\" stroke-width=\"1.2\"/>",
            w.max(0.0),
            h.max(0.0)
        ));
    }

    /// A group that is partly transparent.
    pub fn faded(&mut self, opacity: f64, inner: impl FnOnce(&mut Pen)) {
        if opacity >= 0.995 {
            return inner(self);
        }
        self.raw(format_args!("<g opacity=\"{opacity:.2}\">"));
        inner(self);
        self.text.push_str("</g>");
    }
}

/// A triangle around a point.
pub fn triangle(at: Point, size: f64) -> String {
    let Point { x, y } = at;
    let (dx, up, down) = (0.92 * size, size, 0.68 * size);
    format!(
        "M{x:.1} {:.1}L{:.1} {:.1}H{:.1}z",
        y - up,
        x + dx,
        y + down,
        x - dx
    )
}
