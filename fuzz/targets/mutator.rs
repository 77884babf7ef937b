// How the targets change an input. Letters changed at random hardly ever make a document: most changes are made to its
// values. (Included, because the macro makes a function of a name that libFuzzer looks for.)
libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed % 8 == 0 || !data.starts_with(b"{") {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    }
    let new = hostile::mutated(&data[..size], &mut hostile::Luck::new(u64::from(seed)));
    let length = new.len().min(max_size);
    data[..length].copy_from_slice(&new[..length]);
    length
});
