#!/usr/bin/env bash
# The simulation core (the library without features) and the native command must build without the web:
# nothing they depend on, here or in WebAssembly, may be one of the web's crates.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/tools.sh

for features in '' cli; do
    for target in "$(rustc -vV | sed -n 's/^host: //p')" wasm32-unknown-unknown; do
        tree=$(cargo tree --locked -e normal --target "$target" --no-default-features --features "$features" --prefix none) || {
            echo "If Cargo.lock does not fit Cargo.toml: run 'cargo check' and commit Cargo.lock, too." >&2
            exit 1
        }
        if web=$(grep -E '^(yew|gloo|web-sys|js-sys|wasm-bindgen)[ -]' <<<"$tree" | sort -u); then
            echo "With --no-default-features --features '$features' the crate depends on the web (on $target):" >&2
            echo "$web" >&2
            exit 1
        fi
    done
done
cargo build --lib --no-default-features
