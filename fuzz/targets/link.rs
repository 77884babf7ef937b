//! `link`: see `tests/support/hostile.rs`.
#![no_main]

#[allow(dead_code)] // each target uses its part
#[path = "../../tests/support/hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    hostile::link(data);
});

include!("mutator.rs");
