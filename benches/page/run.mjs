// The page itself, in Chromium: how soon there is a picture, how even the frames are with thousands of messages in
// flight, and how soon it answers a slider. Frame times are those of Chromium's own trace.
//
//     node run.mjs DIST
//
// serves the built page in DIST on 127.0.0.1 and prints `page,WHAT,VALUE,GOAL`. MSA_CHROMIUM says where Chromium is.

import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { extname, join, normalize } from "node:path";
import { start, open, traced } from "../chromium.mjs";

const [dist] = process.argv.slice(2);
if (!dist) {
  console.error("usage: node run.mjs DIST");
  process.exit(2);
}

// Fourteen lists a second, each of which asks for 400 values at once, over a network that takes 450 ms each way: 5,040
// messages are in flight on average. The owner is large enough, so that nothing else is what it waits for.
const CALLS_PER_S = 14 * 400;
const LATENCY_S = 0.45;
const IN_FLIGHT = CALLS_PER_S * 2 * LATENCY_S;
const SETTINGS = [
  "customer=parallel", "code=parallel", "user=parallel", "department=parallel", "rate=14",
  `latency=${LATENCY_S * 1000}ms`, "owner-instances=20", "owner-threads=64", "instances=20", "threads=64",
  "stores.common_db.connections=1000",
].join("&");
const SPEED = { place: 9, words: "10×" };

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const sorted = (list) => [...list].sort((a, b) => a - b);
const quantile = (list, share) => sorted(list)[Math.min(list.length - 1, Math.floor(share * list.length))];
const median = (list) => quantile(list, 0.5);

function fail(why) {
  console.error(`error: ${why}`);
  process.exitCode = 1;
  throw new Error(why);
}

function print(what, value, goal) {
  console.log(`page,${what},${value.toFixed(1)},${goal}`);
}

const TYPES = {
  ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css", ".json": "application/json",
};
const server = createServer((request, answer) => {
  const path = normalize(new URL(request.url, "http://localhost").pathname);
  const file = join(dist, path === "/" ? "index.html" : path);
  try {
    const body = readFileSync(file);
    answer.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    answer.end(body);
  } catch {
    answer.writeHead(404);
    answer.end();
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const address = `http://127.0.0.1:${server.address().port}/`;

/** From the click on a link until the diagram has been painted, in a browser that has seen nothing of it. */
async function firstPicture() {
  const browser = await start();
  try {
    const page = await open(browser);
    await page.ask("Page.addScriptToEvaluateOnNewDocument", {
      source: `(() => {
        const look = () => {
          const canvas = document.querySelector("[data-test=canvas]");
          if (!canvas || !canvas.width || !document.querySelector("[data-test=diagram] svg")) return requestAnimationFrame(look);
          // A frame later than the one that it was drawn in.
          requestAnimationFrame(() => requestAnimationFrame(() => { window.pictureAt = performance.now(); }));
        };
        requestAnimationFrame(look);
      })()`,
    });
    await page.ask("Page.navigate", { url: address });
    for (let i = 0; i < 300; i++) {
      await sleep(100);
      const picture = await page.evaluate("window.pictureAt ?? null");
      if (picture) {
        const loading = "performance.getEntriesByName('first-contentful-paint')[0].startTime";
        return { picture, loading: await page.evaluate(loading) };
      }
    }
    return fail("there was no picture within 30 s");
  } finally {
    await browser.stop();
  }
}

/** The frames that were shown with everything in them, by Chromium's trace: when each was presented, in milliseconds. */
function presented(events) {
  const open = new Map();
  const shown = [];
  let dropped = 0;
  const reports = events.filter(({ name }) => name === "PipelineReporter").sort((a, b) => a.ts - b.ts);
  for (const event of reports) {
    const key = `${event.pid} ${event.id2?.local}`;
    const state = event.args.frame_reporter?.state ?? event.args.chrome_frame_reporter?.state;
    if (event.ph === "b") open.set(key, state);
    else if (open.has(key)) {
      if (open.get(key) === "STATE_PRESENTED_ALL") shown.push(event.ts / 1000);
      if (open.get(key) === "STATE_DROPPED") dropped += 1;
      open.delete(key);
    }
  }
  return { shown: sorted(shown), dropped };
}

async function frames(page, browser) {
  const slide = `(() => {
    const slider = document.querySelector("[data-test=speed]");
    slider.value = ${SPEED.place};
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  })()`;
  const text = (what) => page.evaluate(`document.querySelector("[data-test=${what}]")?.textContent.trim() ?? ""`);
  await page.evaluate(slide);
  // The compiler has seen it, and as much is in flight as there will be.
  await sleep(5000);
  const speed = await text("speed-value");
  if (speed !== SPEED.words) fail(`the speed is ${speed}, not ${SPEED.words}`);
  const clock = "Number(document.querySelector('[data-test=timeline]').value)";
  const [from, began] = [await page.evaluate(clock), performance.now()];
  const events = await traced(
    browser,
    ["disabled-by-default-devtools.timeline.frame", "devtools.timeline", "disabled-by-default-devtools.timeline"],
    () => sleep(5000),
  );
  const pace = (await page.evaluate(clock)) - from;
  const seconds = (performance.now() - began) / 1000;
  const { shown, dropped } = presented(events);
  if (shown.length < 10) fail(`the trace has ${shown.length} frames`);
  const between = shown.slice(1).map((at, index) => at - shown[index]);
  const work = events.filter(({ name, ph }) => name === "FireAnimationFrame" && ph === "X").map(({ dur }) => dur / 1000);
  print("messages in flight", IN_FLIGHT, 5000);
  print("speed: simulated seconds a second", pace / seconds, 10);
  print("frames a second", ((shown.length - 1) / (shown.at(-1) - shown[0])) * 1000, 60);
  print("time between two frames: median ms", median(between), 16.7);
  print("time between two frames: 95 % within ms", quantile(between, 0.95), 16.7);
  print("frames shown in time: per cent", (100 * shown.length) / (dropped + shown.length), 100);
  print("work of the page for a frame: median ms", median(work), 16.7);
}

/** Drags the slider of the rate with the mouse; how long it took from each change until the frame that shows it was ready. */
async function drag(page) {
  const place = await page.evaluate(`(() => {
    for (const panel of document.querySelectorAll("details")) panel.open = true;
    const slider = document.querySelector("input[type=range][data-test$=rate]");
    if (!slider) return null;
    slider.scrollIntoView({ block: "center" });
    window.answers = [];
    window.said = () => slider.getAttribute("aria-valuetext");
    window.words = [window.said()];
    addEventListener("input", (event) => requestAnimationFrame(() => {
      // The first task after the frame has been drawn.
      const after = new MessageChannel();
      after.port1.onmessage = () => {
        window.answers.push(performance.now() - event.timeStamp);
        window.words.push(window.said());
      };
      after.port2.postMessage(0);
    }), true);
    const { left, top, width, height } = slider.getBoundingClientRect();
    return { left, top: top + height / 2, width };
  })()`);
  if (!place) fail("there is no slider for the rate");
  const mouse = (type, share) =>
    page.ask("Input.dispatchMouseEvent", {
      type, button: "left", buttons: 1, clickCount: 1, x: place.left + share * place.width, y: place.top,
    });
  await mouse("mousePressed", 0.3);
  for (let step = 0; step <= 40; step++) {
    await mouse("mouseMoved", 0.3 + step / 100);
    await sleep(30);
  }
  await mouse("mouseReleased", 0.7);
  await sleep(1000);
  const { answers, words } = await page.evaluate("({ answers: window.answers, words: window.words })");
  const changes = words.filter((word, index) => index > 0 && word !== words[index - 1]).length;
  if (changes < 10) fail(`in ${answers.length} frames the slider showed another value ${changes} times`);
  print("a drag of a slider answered within: median ms", median(answers), 50);
  print("a drag of a slider answered within: 95 % ms", quantile(answers, 0.95), 50);
}

try {
  const pictures = [];
  for (let i = 0; i < 5; i++) pictures.push(await firstPicture());
  print("loading shown after ms", median(pictures.map(({ loading }) => loading)), "-");
  print("first picture after ms", median(pictures.map(({ picture }) => picture)), 1000);
  const browser = await start();
  try {
    const page = await open(browser);
    await page.ask("Page.navigate", { url: `${address}#consultation-list?${SETTINGS}` });
    await sleep(2000);
    await frames(page, browser);
    await page.close();
    const again = await open(browser);
    await again.ask("Page.navigate", { url: address });
    await sleep(3000);
    await drag(again);
  } finally {
    await browser.stop();
  }
} finally {
  server.close();
}
