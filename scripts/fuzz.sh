#!/usr/bin/env bash
# Fuzzes the reader of documents, the engine and the reader of links, one after the other, for MINUTES in all.
# What is found is written to fuzz/found/TARGET/; a minimised one belongs into fuzz/corpus/TARGET/, where the tests read it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/tools.sh
cd fuzz
minutes=${MINUTES:-10}
# What `cargo fuzz` would pass, on the ordinary toolchain: only our own crates are followed by the counters of libFuzzer.
export RUSTFLAGS="-C passes=sancov-module -C llvm-args=-sanitizer-coverage-level=4 \
 -C llvm-args=-sanitizer-coverage-inline-8bit-counters -C llvm-args=-sanitizer-coverage-pc-table \
 -C llvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing"
# A triple of its own keeps the flags away from build scripts, which are not linked to libFuzzer.
host=$(rustc -vV | sed -n 's/^host: //p')
cargo build --release --target "$host"
for target in document engine link; do
    # The engine gets half of the time: it has most to hide.
    share=4
    if [ $target = engine ]; then share=2; fi
    mkdir -p "work/$target" "found/$target"
    echo "==> $target: $((minutes * 60 / share)) s"
    "target/$host/release/$target" "work/$target" "corpus/$target" \
        -max_total_time=$((minutes * 60 / share)) -max_len=65536 -timeout=20 -rss_limit_mb=2048 \
        -artifact_prefix="found/$target/" -print_final_stats=1 -print_funcs=0 -verbosity=1 \
        2>&1 | tee "work/$target.log" | grep -E '^(INFO: Loaded|stat::|==[0-9]+==|thread|SUMMARY|Done)|panicked' || true
done
if find found -type f | grep -q .; then
    echo "found:" && find found -type f && exit 1
fi
echo "nothing found"
