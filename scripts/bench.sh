#!/usr/bin/env bash
# Measures this engine side by side with the hand-tuned floor, with other engines and with itself in WebAssembly, and the
# page in Chromium: frame times, the first picture, a slider.
#
#   scripts/bench.sh          everything, and writes the tables into README.md (make bench)
#   scripts/bench.sh quick    one short round, only printed
#
# Everything takes turns, round by round, so that what else the machine does meets all alike; the tables show medians.
# What cannot be had here (Python, Node.js, Chromium, a package) is left out, with a message. All results, line by line,
# are in target/bench/results.csv. benches/peers/README.md describes the models.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/tools.sh
export CARGO_TERM_COLOR=never

case ${1:-} in
    '') rounds=5 pages=3 units=2000000 slow_units=200000 ;;
    quick) rounds=1 pages=1 units=300000 slow_units=30000 ;;
    *)
        sed -n 's/^#   \(scripts\)/\1/p' "${BASH_SOURCE[0]}" >&2
        exit 2
        ;;
esac

here=$PWD/target/bench  # what is built for the bench alone, and its results
mkdir -p "$here"
results=$here/results.csv
: >"$results"

say() { printf '==> %s\n' "$*" >&2; }
left_out() { say "Left out: $*"; }
have() { command -v "$1" >/dev/null 2>&1; }

# ---- building ----

peers=  # the harnesses in Rust that could be built
build() {
    local peer
    say "Building ours (the first time takes some minutes)"
    ours=$(cargo bench --quiet -p benches --bench ours --no-run --message-format=json |
        sed -n 's/.*"kind":\["bench"\].*"executable":"\([^"]*\)".*/\1/p' | tail -1)
    [ -x "$ours" ] || { say "cargo built no bench (its own words are above)"; exit 1; }
    for peer in floor simcore nexosim; do
        say "Building $peer"
        if cargo build --quiet --release --locked --manifest-path "benches/peers/$peer/Cargo.toml" --target-dir "$here/peers"; then
            peers="$peers $peer"
        else
            left_out "$peer could not be built (cargo's own words are above); it needs a C compiler and, the first time, the network"
        fi
    done
    build_simpy
    build_wasm
    build_page
}

simpy=
build_simpy() {
    have python3 || { left_out "SimPy needs Python 3, and there is no python3"; return; }
    if ! "$here/simpy/bin/python" -c 'import simpy' 2>/dev/null; then
        say "Installing SimPy into target/bench/simpy"
        { python3 -m venv "$here/simpy" && "$here/simpy/bin/python" -m pip install --quiet --disable-pip-version-check \
            -r benches/peers/simpy/requirements.txt; } >&2 ||
            { left_out "SimPy could not be installed (pip's own words are above)"; return; }
    fi
    simpy=$here/simpy/bin/python
}

hosts=  # where WebAssembly can run
wasm=
build_wasm() {
    have node || { left_out "WebAssembly needs Node.js, and there is no node"; return; }
    say "Building ours as WebAssembly"
    cargo build --quiet --release --manifest-path benches/wasm/Cargo.toml --target-dir "$here/wasm" --target wasm32-unknown-unknown ||
        { left_out "WebAssembly could not be built (cargo's own words are above); 'make setup' installs what it needs"; return; }
    wasm=$here/bench.wasm
    if have wasm-opt; then
        wasm-opt -O3 "$here/wasm/wasm32-unknown-unknown/release/bench_wasm.wasm" -o "$wasm"
    else
        say "There is no wasm-opt: WebAssembly is measured without it ('make setup' installs it)"
        cp "$here/wasm/wasm32-unknown-unknown/release/bench_wasm.wasm" "$wasm"
    fi
    hosts=node
    eval "$(scripts/setup.sh env 2>/dev/null)"
    if [ -n "${MSA_CHROMIUM:-}" ]; then
        hosts="node chromium"
    else
        left_out "there is no Chromium ('make setup' installs it)"
    fi
}

dist=  # the built page
build_page() {
    case $hosts in (*chromium*) ;; (*) return ;; esac
    have trunk || { left_out "the page needs trunk ('make setup' installs it)"; return; }
    say "Building the page"
    if trunk build --release --dist "$here/dist" >"$here/said" 2>&1; then
        dist=$here/dist
    else
        cat "$here/said" >&2
        left_out "the page could not be built (trunk's own words are above)"
    fi
}

# ---- measuring ----

log=$here/log.txt  # what the harnesses say besides, and the mean times that they checked
: >"$log"
run() { # WHAT COMMAND...: its lines go to the results
    local what=$1
    shift
    if ! "$@" 2>"$here/said" >"$here/lines"; then
        cat "$here/said" >&2
        say "$what failed (its own words are above)"
        exit 1
    fi
    cat "$here/said" >>"$log"
    cat "$here/lines" >>"$results"
}

measure() {
    local round model peer host
    for round in $(seq "$rounds"); do
        say "Round $round of $rounds"
        for model in mm1 chain; do
            run ours "$ours" "$model" "$units" 1
            for peer in $peers; do
                run "$peer" "$here/peers/release/peer-$peer" "$model" "$units" 1
            done
            if [ -n "$simpy" ]; then
                run SimPy "$simpy" benches/peers/simpy/bench.py "$model" "$slow_units" 1
            fi
        done
        for host in $hosts; do
            run "WebAssembly in $host" node benches/wasm/run.mjs "$wasm" "$host" "$units"
        done
        case $peers in (*floor*) run floor "$here/peers/release/peer-floor" hold ;; esac
        run "ours at scale" "$ours" scale
    done
    if [ -n "$dist" ]; then
        for round in $(seq "$pages"); do
            say "The page, $round of $pages"
            run "the page" node benches/page/run.mjs "$dist"
        done
    fi
    say "The steady state"
    run "ours in the steady state" "$ours" steady
}

# ---- the tables ----

tables() {
    local machine rust
    machine=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -1)
    rust=$(rustc --version | cut -d' ' -f2)
    awk -F, -v rounds="$rounds" -v machine="${machine:-an unnamed processor}" -v rust="$rust" -v date="$(date -u +%Y-%m-%d)" '
        { # model (or what is measured), engine (or host), value, units (or pending)
            if ($1 == "memory") { memory[$2, $3, ++points[$2, $3]] = $4; next }
            if ($1 == "page" && !($2 in goal)) { shown_of[++shown_number] = $2; goal[$2] = $4 }
            if ($1 == "allocations") { allocations += $4; events += $5; next }
            key = $1 == "mm1" || $1 == "chain" ? $1 SUBSEP $2 : $1 SUBSEP $2 SUBSEP $4
            if (!(key in count) && $1 == "mm1") engines[++number] = $2
            if (!(key in count) && $1 == "hold" && $2 == "ours") pendings[++sizes] = $4
            if (!(key in count) && $1 == "thinking") users[++crowds] = $4
            values[key, ++count[key]] = $3
        }
        function median(key,    n, i, j, v, sorted) {
            n = count[key]
            if (!n) return 0
            for (i = 1; i <= n; i++) {
                v = values[key, i] + 0
                for (j = i - 1; j >= 1 && sorted[j] > v; j--) sorted[j + 1] = sorted[j]
                sorted[j + 1] = v
            }
            return sorted[int((n + 1) / 2)]
        }
        function cell(key, base,    m) {
            m = median(key)
            if (!m) return "-"
            return sprintf(m < 100 ? "%.1f" : "%.0f", m) (base ? sprintf(" (%.2f)", m / base) : "")
        }
        function wasm(name) { return name == "node" || name == "chromium" }
        function thousands(n) { return n >= 1000000 ? n / 1000000 "," "000,000" : n / 1000 "," "000" }
        END {
            printf "Medians of %d rounds in which all took turns, one thread, %s, Rust %s, %s. Only the ratios between lines\n", rounds, machine, rust, date
            print "mean anything. In brackets: how many times the floor."
            print ""
            print "| nanoseconds | per M/M/1 customer | per call in a chain of ten services |"
            print "|---|---|---|"
            floor_mm1 = median("mm1" SUBSEP "floor"); floor_chain = median("chain" SUBSEP "floor")
            # The fastest first.
            for (i = 1; i <= number; i++) for (j = i + 1; j <= number; j++)
                if (median("mm1" SUBSEP engines[j]) < median("mm1" SUBSEP engines[i])) { t = engines[i]; engines[i] = engines[j]; engines[j] = t }
            for (i = 1; i <= number; i++) {
                name = engines[i]
                if (wasm(name)) continue
                shown = name
                if (name == "floor") shown = "hand-tuned floor"
                if (name == "ours") shown = "**this engine**, with its numbers"
                if (name == "ours with the trace") shown = "**this engine**, with its numbers and the trace"
                printf "| %s | %s | %s |\n", shown, cell("mm1" SUBSEP name, floor_mm1), cell("chain" SUBSEP name, floor_chain)
            }
            ours_mm1 = median("mm1" SUBSEP "ours"); ours_chain = median("chain" SUBSEP "ours")
            for (i = 1; i <= number; i++) if (wasm(engines[i])) {
                if (!said++) { print ""; print "| speed of WebAssembly, as a share of native | M/M/1 | chain |"; print "|---|---|---|" }
                printf "| %s | %.2f | %.2f |\n", (engines[i] == "node" ? "Node.js" : "Chromium"), ours_mm1 / median("mm1" SUBSEP engines[i]), ours_chain / median("chain" SUBSEP engines[i])
            }
            print ""
            row = "| nanoseconds, with so many events to come |"; rule = "|---|"
            for (i = 1; i <= sizes; i++) { row = row " " thousands(pendings[i]) " |"; rule = rule "---|" }
            print row; print rule
            row = "| floor: a hold of the queue |"
            for (i = 1; i <= sizes; i++) row = row " " cell("hold" SUBSEP "floor" SUBSEP pendings[i]) " |"
            if (median("hold" SUBSEP "floor" SUBSEP pendings[1])) print row
            row = "| this engine: a hold of the queue |"
            for (i = 1; i <= sizes; i++) row = row " " cell("hold" SUBSEP "ours" SUBSEP pendings[i]) " |"
            print row
            row = "| this engine: an event, with so many timeouts armed |"
            for (i = 1; i <= sizes; i++) row = row " " cell("armed" SUBSEP "ours" SUBSEP pendings[i]) " |"
            print row
            row = "| this engine: an event, with so many users thinking |"
            for (i = 1; i <= crowds; i++) row = row " " cell("thinking" SUBSEP "ours" SUBSEP users[i]) (users[i] == pendings[i] ? "" : " (" thousands(users[i]) ")") " |"
            print row
            if (shown_number) {
                print ""
                print "| the page in Chromium | measured | goal |"; print "|---|---|---|"
                for (i = 1; i <= shown_number; i++) {
                    name = shown_of[i]
                    printf "| %s | %s | %s |\n", name, cell("page" SUBSEP name SUBSEP goal[name]), goal[name]
                }
            }
            print ""
            printf "In the steady state: %d allocations in %.0f million events.", allocations, events / 1e6
            printf " Memory of the process after 0.4, 0.8, 1.6 and 3.2 million\nrequests:"
            split("mm1 chain", models, " "); split("off on", traces, " ")
            for (m = 1; m <= 2; m++) for (t = 1; t <= 2; t++) {
                printf "%s %s with the trace %s", (m + t > 2 ? ";" : ""), models[m] == "mm1" ? "M/M/1" : "chain", traces[t]
                for (i = 1; i <= points[models[m], traces[t]]; i++) printf "%s %.1f", (i > 1 ? "," : ""), memory[models[m], traces[t], i] / 1048576
                printf " MiB"
            }
            print "."
        }' "$results"
}

into_readme() { # FILE: what stands between the markers
    if [ "$(grep -c '^<!-- /\{0,1\}bench -->$' README.md)" != 2 ]; then
        say "README.md has no pair of lines '<!-- bench -->' and '<!-- /bench -->': it was left as it is"
        return
    fi
    awk -v file="$1" '
        /^<!-- bench -->$/ { print; while ((getline line < file) > 0) print line; inside = 1 }
        /^<!-- \/bench -->$/ { inside = 0 }
        !inside { print }
        ' README.md >"$here/README.md"
    cp "$here/README.md" README.md
    say "README.md shows these tables now"
}

build
measure
tables >"$here/tables.md"
cat "$here/tables.md"
if [ "${1:-}" != quick ]; then into_readme "$here/tables.md"; fi
