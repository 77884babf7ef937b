# What a person runs, and CI too. `make` alone lists the targets.
SHELL := /bin/bash
PORT ?= 8080
# Where the site of `make site` will be published, such as https://example.org/msa/; cards for chat programs and wikis
# need absolute addresses, and are left out without it.
SITE_URL ?=

# What scripts/setup.sh has installed is found as the scripts find it.
export PATH := $(shell . scripts/tools.sh && echo "$$PATH")
trunk := . scripts/tools.sh && trunk
# A variable and not a function: make would cut a function's argument at its first comma.
say := @printf '\n==> %s\n'

.PHONY: help serve build test site validate digests fuzz bench picture posters check setup clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: ## build the page, serve it, and build it again when a file changes (PORT=8080)
	@scripts/setup.sh page
	$(say) "Building the page; it will be at http://127.0.0.1:$(PORT)/ (stop with Ctrl-C)"
	@$(trunk) serve --port $(PORT)

build: ## build the page into dist/, ready for any static host
	@scripts/setup.sh page
	$(say) "Building the release page into dist/"
	@$(trunk) build --release

test: ## install what the tests need and run all of them
	@scripts/setup.sh tests
	@scripts/setup.sh consumers
	@scripts/setup.sh sites
	$(say) "Tests 1/5: everything that needs no browser"
	cargo test
	$(say) "Tests 2/5: the release page builds and keeps its budget of size"
	@$(MAKE) --no-print-directory build
	cargo test --features size-test --test size
	$(say) "Tests 3/5: the release page in Chromium"
	eval "$$(scripts/setup.sh env)" && cargo test --features browser-tests --test browser
	$(say) "Tests 4/5: what is exported, opened by the programs that it is for"
	eval "$$(scripts/setup.sh env)" && MSA_DIST="$$MSA_CONSUMERS/node_modules" cargo test --features consumer-tests --test exports
	$(say) "Tests 5/5: the playground in documentation that real tools have built"
	scripts/sites.sh
	eval "$$(scripts/setup.sh env)" && MSA_DIST="$$MSA_SITES" cargo test --features site-tests --test sites

site: build ## build the page and the documentation into target/site/ (SITE_URL=https://...: with cards for chat programs)
	@scripts/setup.sh sites
	rm -rf target/site && mkdir -p target/site && cp -r dist target/site/playground
	mdbook build docs --dest-dir "$(CURDIR)/target/site/docs"
	cp docs/site.html target/site/index.html
ifneq ($(SITE_URL),)
	cargo run --quiet --bin msa -- cards target/site --address "$(SITE_URL)"
endif

bench: ## measure the engine side by side with others, and write README's tables anew
	@scripts/bench.sh

validate: ## compare the engine with theory and published results, and write docs/how-do-we-know.md
	@scripts/setup.sh rust
	$(say) "The engine against theory and published results (some minutes)"
	cargo run --release --bin msa -- validate --full --page docs/how-do-we-know.md

digests: ## the traces of shipped and generated scenarios, in a debug and in a release build (DIGESTS=write: make them anew)
	@scripts/setup.sh rust
	cargo test --test digests
	cargo test --release --test digests

fuzz: ## hostile input for the reader, the engine and links, as long as you like (MINUTES=10)
	@scripts/setup.sh rust
	@scripts/fuzz.sh

picture: build ## take the README's picture anew, from the page
	@scripts/setup.sh tests
	eval "$$(scripts/setup.sh env)" && cargo test --features browser-tests --test browser picture || true
	cp target/browser/picture-the_readme_shows_a_picture_that_the_page_can_make.png docs/picture.png

posters: ## draw anew what stands in place of an embedded run that is not there yet (static/posters/)
	@scripts/setup.sh rust
	cargo build --quiet --bin msa
	for file in crates/scenario/src/shipped/*.json; do \
	    name=$$(basename $$file .json); \
	    for lang in en ko; do \
	        cargo run --quiet --bin msa -- export $$name --as svg --at 10s --lang $$lang -o static/posters/$$name.$$lang.svg || exit 1; \
	    done; \
	done

check: ## formatting, Cargo.lock, that what is in crates/ needs nothing of the web, and clippy
	@scripts/setup.sh rust
	$(say) "Formatting"
	cargo fmt --check
	$(say) "What is in crates/ needs nothing of the web"
	scripts/check-core.sh
	$(say) "Clippy: everything, as it is built for this machine"
	cargo clippy --all-targets --features size-test,browser-tests,consumer-tests,site-tests -- -D warnings
	$(say) "Clippy: the page"
	cargo clippy --target wasm32-unknown-unknown -p msa-playground -- -D warnings

setup: ## only install what serve, build, check and test need
	@scripts/setup.sh rust
	@scripts/setup.sh tests

clean: ## remove what was built (not what was installed)
	rm -rf dist
	cargo clean
