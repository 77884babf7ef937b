//! Hostile input, for a moment: the corpus of the fuzzer and some thousands of changes to it, always the same ones.
//! `make fuzz` looks for hours, led by what was reached; what it finds is kept in `fuzz/corpus/`.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::Path;
use support::hostile::{self, Luck};

/// What one input may hold at a time, in bytes. A document of 100,000s of rows may have tens of MB of them, and a copy
/// for each reference; a fetch, a worker and a place in a queue are some hundred bytes each.
const HELD_MAX: usize = 512 << 20;

/// Counts what each thread holds, and the most it ever held.
struct Counting;

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
    static MOST: Cell<usize> = const { Cell::new(0) };
}

fn grow(bytes: usize) {
    // A thread that is going away no longer counts.
    let _ = HELD.try_with(|held| {
        held.set(held.get().wrapping_add(bytes));
        let _ = MOST.try_with(|most| {
            // What another thread gave away makes less than nothing.
            if (held.get() as isize) > most.get() as isize {
                most.set(held.get());
            }
        });
    });
}

fn shrink(bytes: usize) {
    let _ = HELD.try_with(|held| held.set(held.get().wrapping_sub(bytes)));
}

// SAFETY: everything is handed on to the system's allocator as it comes.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        shrink(layout.size());
        unsafe { System.dealloc(place, layout) }
    }
    unsafe fn realloc(&self, place: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        shrink(layout.size());
        grow(new_size);
        unsafe { System.realloc(place, layout, new_size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most that is held at a time while something is done, above what was held before.
fn most_held(act: impl FnOnce()) -> usize {
    let before = HELD.with(Cell::get);
    MOST.with(|most| most.set(before));
    act();
    MOST.with(Cell::get).wrapping_sub(before)
}

fn files(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("the entry can be read").path())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).expect("the file can be read"))
        .collect()
}

/// Puts in the seeds and `changes` changed ones; at least this share of all must be `accepted`, so that what lies behind
/// the checker is reached.
fn check(
    target: fn(&[u8]) -> bool,
    seeds: &[Vec<u8>],
    change: fn(&[u8], &mut Luck) -> Vec<u8>,
    changes: u64,
    accepted: f64,
) {
    assert!(!seeds.is_empty());
    let mut rng = Luck::new(20_240_501);
    let mut passed = 0;
    let mut put_in = |input: &[u8]| {
        let name = || String::from_utf8_lossy(input).into_owned();
        let mut result = Ok(false);
        let held = most_held(|| result = std::panic::catch_unwind(|| target(input)));
        assert!(result.is_ok(), "this input makes it panic:\n{}", name());
        assert!(held <= HELD_MAX, "{held} bytes are held for\n{}", name());
        passed += u64::from(result.is_ok_and(|passes| passes));
    };
    for seed in seeds {
        put_in(seed);
    }
    for _ in 0..changes {
        let seed = &seeds[rng.below(seeds.len() as u64) as usize];
        put_in(&change(seed, &mut rng));
    }
    let all = changes + seeds.len() as u64;
    assert!(
        passed as f64 >= accepted * all as f64,
        "only {passed} of {all} inputs came through"
    );
}

#[test]
fn no_document_is_too_strange_to_be_answered() {
    // Those that are broken lead to the messages, those that are sound to the writer.
    let broken = [files("fuzz/corpus/document"), files("tests/broken")].concat();
    check(hostile::document, &broken, hostile::mutated, 3_000, 0.0);
    let sound = files("fuzz/corpus/engine");
    check(hostile::document, &sound, hostile::mutated, 1_500, 0.2);
}

#[test]
fn every_accepted_document_runs_within_the_laws_and_the_bounds() {
    let seeds = [
        files("fuzz/corpus/engine"),
        files("crates/scenario/src/shipped"),
        files("tests/golden")
            .into_iter()
            .filter(|text| text.starts_with(b"{"))
            .collect(),
    ]
    .concat();
    check(hostile::engine, &seeds, hostile::mutated, 1_500, 0.2);
}

#[test]
fn no_link_is_too_strange_to_be_answered() {
    fn scratched(seed: &[u8], rng: &mut Luck) -> Vec<u8> {
        if seed.starts_with(b"{") {
            return hostile::mutated(seed, rng);
        }
        let mut text = seed.to_vec();
        for _ in 0..=rng.below(3) {
            hostile::scratched(&mut text, rng);
        }
        text
    }
    let golden = files("tests/links/v1").into_iter().map(|file| {
        let ends = file.iter().position(|byte| *byte == b'\n');
        file[..ends.unwrap_or(file.len())].to_vec()
    });
    let seeds = [files("fuzz/corpus/link"), golden.collect()].concat();
    check(hostile::link, &seeds, scratched, 2_000, 0.05);
}
