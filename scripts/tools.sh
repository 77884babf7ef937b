# To be sourced: where this project's tools are. Every script here and the Makefile begin with it, so that each finds
# trunk, wasm-bindgen, wasm-opt and the others by itself, however it is called. Works in bash 3.2, which is what macOS has.
tools=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/.tools # what belongs to this project alone (scripts/setup.sh)
export PATH="$tools/bin:$tools/node_modules/.bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
# trunk would ask the network for a newer version of itself.
export TRUNK_SKIP_VERSION_CHECK=true
# Whoever wants no colours may say so with any value but an empty one; trunk stops at all but `true` and `false`.
if [ -n "${NO_COLOR:-}" ]; then export NO_COLOR=true; else unset NO_COLOR; fi
