#!/usr/bin/env bash
# Builds the sites of the tests, each with its real tool, and our own documentation, into target/sites/, with the built
# page (dist/) beside them as playground/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/tools.sh
out=$PWD/target/sites
rm -rf "$out"
mkdir -p "$out"
cp -r dist "$out/playground"
cp docs/site.html "$out/index.html"
cp -r tests/sites/plain "$out/plain"
mdbook build tests/sites/mdbook --dest-dir "$out/mdbook"
mdbook build docs --dest-dir "$out/docs"
cargo run --quiet --bin msa -- cards "$out" --address https://example.org/msa/
"$tools/sites/python/bin/mkdocs" --quiet build --strict -f tests/sites/mkdocs/mkdocs.yml -d "$out/mkdocs"
# VitePress looks for itself beside what it builds.
rm -rf target/vitepress
cp -r tests/sites/vitepress target/vitepress
ln -s "$tools/sites/node_modules" target/vitepress/node_modules
"$tools/sites/node_modules/.bin/vitepress" build target/vitepress --outDir "$out/vitepress"
