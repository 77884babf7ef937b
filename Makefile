# What a person runs, and CI too. `make` alone lists the targets.
SHELL := /bin/bash
PORT ?= 8080

# Where scripts/setup.sh puts what it installs.
export PATH := $(CURDIR)/.tools/bin:$(CURDIR)/.tools/node_modules/.bin:$(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(PATH)
# trunk would ask the network for a newer self, and stops at a NO_COLOR that is not `true` or `false`.
export TRUNK_SKIP_VERSION_CHECK := true
trunk := env -u NO_COLOR trunk
say = @printf '\n==> %s\n' $(1)

.PHONY: help serve build test picture check setup clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: ## build the page, serve it, and build it again when a file changes (PORT=8080)
	@scripts/setup.sh page
	$(call say,"Building the page; it will be at http://127.0.0.1:$(PORT)/ (stop with Ctrl-C)")
	@$(trunk) serve --port $(PORT)

build: ## build the page into dist/, ready for any static host
	@scripts/setup.sh page
	$(call say,"Building the release page into dist/")
	@$(trunk) build --release

test: ## install what the tests need and run all of them
	@scripts/setup.sh tests
	$(call say,"Tests 1/4: the simulation and the command msa")
	cargo test
	$(call say,"Tests 2/4: the views")
	cargo test --features web --lib
	$(call say,"Tests 3/4: the release page builds")
	@$(MAKE) --no-print-directory build
	$(call say,"Tests 4/4: the release page in Chromium")
	eval "$$(scripts/setup.sh env)" && cargo test --features browser-tests --test browser

picture: build ## take the README's picture anew, from the page
	@scripts/setup.sh tests
	eval "$$(scripts/setup.sh env)" && cargo test --features browser-tests --test browser picture || true
	cp target/browser/picture-the_readme_shows_a_picture_that_the_page_can_make.png docs/picture.png

check: ## formatting, Cargo.lock, that the simulation core needs nothing of the web, and clippy
	@scripts/setup.sh rust
	$(call say,"Formatting")
	cargo fmt --check
	$(call say,"The simulation core and the command need nothing of the web")
	scripts/check-core.sh
	$(call say,"Clippy: the simulation and the command")
	cargo clippy --all-targets -- -D warnings
	$(call say,"Clippy: the views and the browser tests")
	cargo clippy --all-targets --features web --features browser-tests -- -D warnings
	$(call say,"Clippy: the page")
	cargo clippy --target wasm32-unknown-unknown --no-default-features --features web --lib --bin msa-playground -- -D warnings

setup: ## only install what serve, build, check and test need
	@scripts/setup.sh rust
	@scripts/setup.sh tests

clean: ## remove what was built (not what was installed)
	rm -rf dist
	cargo clean
