#!/usr/bin/env bash
# Nothing that the crates in crates/ depend on, here or in WebAssembly, may be one of the web's crates.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/tools.sh

for target in "$(rustc -vV | sed -n 's/^host: //p')" wasm32-unknown-unknown; do
    tree=$(cargo tree --locked -e normal --target "$target" --workspace --exclude msa-playground --prefix none) || {
        echo "If Cargo.lock does not fit Cargo.toml: run 'cargo check' and commit Cargo.lock, too." >&2
        exit 1
    }
    if web=$(grep -E '^(yew|gloo|web-sys|js-sys|wasm-bindgen)[ -]' <<<"$tree" | sort -u); then
        echo "A crate in crates/ depends on the web (on $target):" >&2
        echo "$web" >&2
        echo "'cargo tree --workspace --exclude msa-playground -i NAME' says which." >&2
        exit 1
    fi
done
