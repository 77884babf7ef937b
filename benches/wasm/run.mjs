// Runs the bench's models as WebAssembly, in slices as the page does: one very long call could stay in the browser's
// baseline compiler.
//
//     node run.mjs MODULE.wasm node|chromium UNITS
//
// prints `mm1,HOST,ns_per_unit,units` and `chain,...`. MSA_CHROMIUM says where Chromium is.

import { readFileSync } from "node:fs";
import { open, start } from "../chromium.mjs";

const [file, host, asked = "2000000"] = process.argv.slice(2);
const units = Number(asked);
if (!file || !["node", "chromium"].includes(host) || !(units > 0)) {
  console.error("usage: node run.mjs MODULE.wasm node|chromium UNITS");
  process.exit(2);
}
const base64 = readFileSync(file).toString("base64");

// Self-contained: these two are also sent to Chromium as text.
async function load(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  globalThis.bench = (await WebAssembly.instantiate(bytes, {})).instance.exports;
}
async function run(model, units) {
  const EVENTS = 50_000; // of a slice: some milliseconds
  bench.start(model, units);
  while (bench.go_on(EVENTS)) await null;
  return { mean: bench.mean_s(), units: bench.units() };
}

// `call` runs one of them, `workedMs` is the processor's time so far: other programs disturb it less than the wall's.
async function measure(call, workedMs) {
  const results = {};
  await call(load, base64);
  for (const [name, model] of [["mm1", 1], ["chain", 2]]) {
    await call(run, model, units / 10); // the optimising compiler has seen it
    const before = await workedMs();
    const result = await call(run, model, units);
    results[name] = { ...result, ns: (((await workedMs()) - before) * 1e6) / result.units };
  }
  return results;
}

function inNode() {
  const workedMs = () => {
    try {
      // This thread alone (Linux): the optimising compiler has threads of its own.
      return Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[0]) / 1e6;
    } catch {
      return (process.cpuUsage().user + process.cpuUsage().system) / 1e3;
    }
  };
  return measure((part, ...values) => part(...values), workedMs);
}

async function inChromium() {
  const browser = await start();
  try {
    const page = await open(browser);
    await page.ask("Performance.enable");
    const workedMs = async () => {
      const { metrics } = await page.ask("Performance.getMetrics");
      return metrics.find(({ name }) => name === "ThreadTime").value * 1e3;
    };
    return await measure((part, ...values) => page.evaluate(`(${part})(...${JSON.stringify(values)})`), workedMs);
  } finally {
    await browser.stop();
  }
}

const results = host === "node" ? await inNode() : await inChromium();
// peers/README.md derives what is expected; what is exact is left to the native harness, which runs the same model.
const expected = { mm1: 5, chain: 0.03565 };
for (const [name, { ns, mean, units }] of Object.entries(results)) {
  console.error(`${name}: mean ${mean.toFixed(6)} s, expected ${expected[name]}`);
  if (!(Math.abs(mean / expected[name] - 1) < 0.1)) {
    console.error("error: this simulation is not the model: its cost means nothing");
    process.exit(1);
  }
  console.log(`${name},${host},${ns.toFixed(1)},${units}`);
}
