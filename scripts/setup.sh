#!/usr/bin/env bash
# Installs what building and testing this project needs, saying what and why. What is there already is left
# alone, so a second run does nothing.
#
#   scripts/setup.sh rust     what `make check` needs: rustfmt, clippy, Rust's WebAssembly target
#   scripts/setup.sh page     what `make serve` and `make build` need: the target, trunk, wasm-bindgen, wasm-opt
#   scripts/setup.sh tests    what `make test` needs: all of the page's, Chromium and its driver, a Korean font, axe-core
#   scripts/setup.sh consumers  what opens the exports, for `make test`: mermaid, speedscope, OpenTelemetry's own packages
#   scripts/setup.sh sites    what builds the documentation and the sites of the tests: mdBook, VitePress, MkDocs Material
#   scripts/setup.sh env      prints where the browser tests find those, as shell exports
#
# Everything comes from Rust's, npm's and Debian's (or Ubuntu's) own packages; on macOS it says what to ask Homebrew for.
# Written for bash 3.2, which is what macOS has.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/tools.sh

TRUNK=0.21.14          # what is installed where there is none
TRUNK_AT_LEAST=0.21.0  # what is left alone where there is one
WASM_OPT_AT_LEAST=123  # older ones do not know all of today's WebAssembly
NODE_AT_LEAST=18       # what wasm-opt from npm runs on
MDBOOK=0.5.2           # what builds our documentation
CHROMIUM_AT_LEAST=128  # from then on the driver tells the tests which port it has chosen

say() { printf '\n==> %s\n' "$*" >&2; }
fail() { printf '\nsetup: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
macos() { [ "$(uname -s)" = Darwin ]; }
at_least() { # HAVE WANTED, as in 1.95.0 1.88
    awk -v have="$1" -v want="$2" 'BEGIN {
        split(have, h, "."); split(want, w, ".")
        for (i = 1; i <= 3; i++) if (h[i] + 0 != w[i] + 0) exit h[i] + 0 < w[i] + 0
    }'
}
version() { # the first version number that a command prints of itself; nothing if it does not run
    "$@" 2>/dev/null | awk 'match($0, /[0-9]+(\.[0-9]+)*/) { print substr($0, RSTART, RLENGTH); exit }' || true
}

# ---- Rust ----

check_rust() {
    { have cargo && have rustc; } || fail "Rust is missing. Install it with rustup (https://rustup.rs), open a new terminal and run this again."
    local wanted
    wanted=$(awk -F'"' '/^rust-version/ { print $2 }' Cargo.toml)
    at_least "$(version rustc --version)" "$wanted" ||
        fail "This project needs Rust $wanted or newer, and this is $(rustc --version). Run 'rustup update stable' and try again."
}

rustup_add() { # target|component NAME WHY
    have rustup || fail "Rust's $2 is missing ($3), and there is no rustup to add it. Install Rust with rustup (https://rustup.rs) and run this again."
    say "Adding Rust's $1 $2: $3. A few seconds."
    rustup "$1" add "$2"
}

install_wasm_target() {
    [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib" ] ||
        rustup_add target wasm32-unknown-unknown "the page is a WebAssembly program"
}

# Compiles and installs a tool that runs for a second at a time: that it is there soon matters, and not that it is
# quick. Without optimisation and with many units at once, trunk and wasm-bindgen take a third of the time, build the
# page as fast, and the page has the same bytes.
cargo_install() { # CRATE@VERSION OPTION...
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        cargo install --locked "$@"
}

cargo_tool() { # COMMAND CRATE VERSION WHY HOW_LONG OPTION...
    local command=$1 crate=$2 version=$3 why=$4 how_long=$5
    shift 5
    if ! have cc; then
        local remedy="sudo apt-get install build-essential"
        if macos; then remedy="xcode-select --install"; fi
        fail "A C compiler is missing, which installing $crate needs. Run '$remedy' and try again."
    fi
    if have "$command"; then
        # Another project may need the version that is there: keep it, and put ours beside this project.
        say "Installing $crate $version into .tools/ ($command is there as $(version "$command" --version)): $why. $how_long."
        cargo_install "$crate@$version" "$@" --root "$tools"
    else
        say "Installing $crate $version with 'cargo install': $why. $how_long."
        cargo_install "$crate@$version" "$@"
    fi
    have "$command" || fail "$crate was installed, but the command $command is not found. Add cargo's bin folder (see above) to PATH and try again."
}

install_trunk() {
    at_least "$(version trunk --version)" "$TRUNK_AT_LEAST" ||
        # Of its features we need the network with TLS in Rust alone: no check for a newer trunk, no OpenSSL to compile.
        cargo_tool trunk trunk "$TRUNK" "it builds and serves the page" "Two to three minutes on two cores" \
            --no-default-features --features rustls
}

install_wasm_bindgen() {
    local wanted
    wanted=$(awk '/^name = "wasm-bindgen"$/ { getline; split($0, part, "\""); print part[2] }' Cargo.lock)
    [ -n "$wanted" ] || fail "Cargo.lock names no version of wasm-bindgen. Restore it with 'git checkout Cargo.lock' and try again."
    [ "$(version wasm-bindgen --version)" = "$wanted" ] ||
        cargo_tool wasm-bindgen wasm-bindgen-cli "$wanted" "it must be exactly the version in Cargo.lock" \
            "About a minute on two cores"
}

# ---- system packages: collected first, then installed at once ----

packages='' reasons=''
need() { # PACKAGE WHY
    packages="$packages $1" reasons="$reasons
    $1: $2"
}

install_packages() {
    [ -n "$packages" ] || return 0
    if have apt-get; then
        local as_root=
        if [ "$(id -u)" != 0 ]; then
            have sudo || fail "These packages are missing, and only root can install them. As root, run 'apt-get install$packages' and try again."
            as_root=sudo
        fi
        say "Installing system packages with ${as_root:+sudo }apt-get, which takes one to two minutes:$reasons"
        $as_root apt-get -qq update || say "apt-get update had problems (above); trying with the package lists that are here"
        # shellcheck disable=SC2086 # a list of names
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $packages >/dev/null ||
            fail "apt-get could not install$packages (its own words are above). Install them by hand and try again."
    elif macos; then
        local brew
        brew=$(for package in $packages; do
            case $package in
                (nodejs | npm) echo "brew install node" ;;
                (chromium*) echo "brew install --cask google-chrome chromedriver" ;;
                (*) echo "brew install $package" ;;
            esac
        done | sort -u | paste -s -d'&' - | sed 's/&/ \&\& /g')
        fail "Some programs are missing:$reasons
Run '$brew' (Homebrew: https://brew.sh) and try again."
    else
        fail "Some programs are missing, named here as in Debian:$reasons
Install them with this system's package manager and try again."
    fi
    packages='' reasons=''
}

# ---- npm ----

npm_is_current() {
    have node && [ -f "$tools/node_modules/.package-lock.json" ] && cmp -s scripts/package-lock.json "$tools/package-lock.json"
}
wasm_opt_is_there() {
    npm_is_current || { [ ! -d "$tools/node_modules" ] && at_least "$(version wasm-opt --version)" "$WASM_OPT_AT_LEAST"; }
}

need_npm() {
    have node || need nodejs "runs wasm-opt"
    have npm || need npm "fetches wasm-opt and, for the tests, axe-core"
}

install_npm_packages() {
    npm_is_current && return
    at_least "$(version node --version)" "$NODE_AT_LEAST" ||
        fail "wasm-opt needs Node.js $NODE_AT_LEAST or newer, and this is $(node --version). Install a newer one and try again."
    say "Installing from npm into .tools/: binaryen (its wasm-opt makes the release page small and fast) and axe-core (tests the page's accessibility). A few seconds."
    mkdir -p "$tools"
    cp scripts/package.json scripts/package-lock.json "$tools/"
    (cd "$tools" && npm ci --no-audit --no-fund --ignore-scripts) ||
        fail "npm could not install what scripts/package.json names (its own words are above). Check the network and try again."
}

# ---- what only tests need: folders of packages from npm and PyPI, each pinned in a folder of tests/ ----

consumers=$tools/consumers
sites=$tools/sites

folder_is_current() { # FOLDER SOURCE, as in .tools/sites tests/sites
    cmp -s "$2/package-lock.json" "$1/package-lock.json" && [ -d "$1/node_modules" ] &&
        cmp -s "$2/requirements.txt" "$1/requirements.txt" && [ -x "$1/python/bin/python" ]
}
need_for_folder() { # FROM_NPM FROM_PYPI: what is fetched, and why
    have npm || need npm "fetches $1"
    python3 -c 'import ensurepip, venv' 2>/dev/null || need python3-venv "runs $2"
}
install_folder() { # FOLDER SOURCE WHAT
    folder_is_current "$1" "$2" && return
    say "Installing into ${1#"$PWD/"}/ $3. About a minute."
    mkdir -p "$1"
    rm -f "$1/requirements.txt"
    cp "$2/package.json" "$2/package-lock.json" "$1/"
    (cd "$1" && npm ci --no-audit --no-fund --ignore-scripts) ||
        fail "npm could not install what $2/package.json names (its own words are above). Check the network and try again."
    python3 -m venv "$1/python" &&
        "$1/python/bin/pip" install --quiet --disable-pip-version-check -r "$2/requirements.txt" ||
        fail "pip could not install what $2/requirements.txt names (its own words are above). Check the network and try again."
    cp "$2/requirements.txt" "$1/"
}

install_mdbook() {
    [ "$(version mdbook --version)" = "$MDBOOK" ] && return
    say "Installing mdbook $MDBOOK into .tools/: it builds the documentation. One to two minutes on two cores."
    # Neither its server nor its search is needed, and they are most of it.
    cargo_install "mdbook@$MDBOOK" --no-default-features --root "$tools"
}

# ---- the browser ----

find_chromium() { # where it is
    local candidate
    for candidate in "${MSA_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Chromium.app/Contents/MacOS/Chromium" "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        [ -n "$candidate" ] && command -v "$candidate" && return
    done
    return 1
}
find_chromedriver() {
    local candidate
    for candidate in "${MSA_CHROMEDRIVER:-}" chromedriver chromium.chromedriver /usr/lib/chromium/chromedriver; do
        [ -n "$candidate" ] && type -P "$candidate" && return
    done
    return 1
}
ubuntu() { [ -r /etc/os-release ] && grep -q '^ID=ubuntu' /etc/os-release; }

need_fonts() { # WHY
    macos && return
    if ! have fc-list; then need fontconfig "finds the fonts"; fi
    if [ -z "$(have fc-list && fc-list : family)" ]; then need fonts-dejavu-core "$1"; fi
}

need_browser() {
    if ! find_chromium >/dev/null || ! find_chromedriver >/dev/null; then
        # Both, even if one is there: they must be of one version.
        need "$(ubuntu && echo chromium-browser || echo chromium)" "the tests open the page in it"
        need "$(ubuntu && echo chromium-chromedriver || echo chromium-driver)" "the tests steer the browser with it"
    fi
    macos && return
    if ! have fc-list; then need fontconfig "finds the browser's fonts"; fi
    if [ -z "$(have fc-list && fc-list :lang=ko family)" ]; then need fonts-noto-cjk "without a Korean font the page's Korean is empty boxes"; fi
}

check_browser() {
    local browser driver
    { browser=$(find_chromium) && driver=$(find_chromedriver); } ||
        fail "Chromium or its driver is still not found. Install both, or set MSA_CHROMIUM and MSA_CHROMEDRIVER to where they are, and try again."
    browser=$(version "$browser" --version) driver=$(version "$driver" --version)
    [ "${browser%%.*}" = "${driver%%.*}" ] ||
        fail "The browser is version ${browser:-unknown (it does not start)} and its driver ${driver:-unknown (it does not start)}; they must match. Update the older one and try again."
    at_least "$browser" "$CHROMIUM_AT_LEAST" ||
        fail "The tests need Chromium $CHROMIUM_AT_LEAST or newer, and this is $browser. Update it and its driver and try again."
}

case ${1:-} in
    rust)
        check_rust
        cargo fmt --version >/dev/null 2>&1 || rustup_add component rustfmt "checks the formatting"
        cargo clippy --version >/dev/null 2>&1 || rustup_add component clippy "finds mistakes"
        install_wasm_target
        ;;
    page)
        check_rust
        if ! wasm_opt_is_there; then need_npm; fi
        install_packages
        if ! wasm_opt_is_there; then install_npm_packages; fi
        install_wasm_target
        install_trunk
        install_wasm_bindgen
        ;;
    tests)
        check_rust
        if ! npm_is_current; then need_npm; fi
        need_browser
        install_packages
        check_browser
        install_npm_packages
        install_wasm_target
        install_trunk
        install_wasm_bindgen
        ;;
    consumers)
        if ! folder_is_current "$consumers" tests/exports; then
            need_for_folder "mermaid and speedscope, which open the exports in the tests" \
                "OpenTelemetry's packages, which read the exports in the tests"
        fi
        install_packages
        install_folder "$consumers" tests/exports \
            "what opens the exports: mermaid and speedscope from npm, OpenTelemetry's packages from PyPI"
        ;;
    sites)
        if ! folder_is_current "$sites" tests/sites; then
            need_for_folder "VitePress, which builds a site in the tests" "MkDocs, which builds a site in the tests"
        fi
        need_fonts "the pictures of cards have names in them (msa cards)"
        install_packages
        install_mdbook
        install_folder "$sites" tests/sites "VitePress from npm and MkDocs Material from PyPI, which build sites in the tests"
        ;;
    env)
        printf 'export %s=%q\n' \
            MSA_DIST "$PWD/dist" \
            MSA_CHROMIUM "$(find_chromium)" \
            MSA_CHROMEDRIVER "$(find_chromedriver)" \
            MSA_AXE "$tools/node_modules/axe-core/axe.min.js" \
            MSA_CONSUMERS "$consumers" \
            MSA_SITES "$PWD/target/sites"
        ;;
    *)
        sed -n 's/^#   \(scripts\)/\1/p' "${BASH_SOURCE[0]}" >&2
        exit 2
        ;;
esac
