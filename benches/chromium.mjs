// Chromium for the benches, steered over a pair of pipes by the DevTools protocol: nothing between it and us, so that its
// own trace can be had. MSA_CHROMIUM says where it is.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Starts Chromium; `send(method, params, session)` asks it, `on(event, act)` hears it. */
export async function start(options = []) {
  const profile = mkdtempSync(join(tmpdir(), "msa-bench-"));
  const flags = [
    "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe",
    `--user-data-dir=${profile}`, "--window-size=1440,900", ...options, "about:blank",
  ];
  const child = spawn(process.env.MSA_CHROMIUM || "chromium", flags, {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  const waiting = new Map();
  const listeners = [];
  let last = 0;
  let rest = "";
  const gone = (error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  child.on("error", gone);
  child.on("exit", () => gone(new Error("Chromium has ended")));
  child.stdio[4].setEncoding("utf8");
  child.stdio[4].on("data", (text) => {
    const parts = (rest + text).split("\0");
    rest = parts.pop();
    for (const part of parts) {
      const message = JSON.parse(part);
      const asked = waiting.get(message.id);
      if (asked) {
        waiting.delete(message.id);
        if (message.error) asked.reject(new Error(`${asked.method}: ${message.error.message}`));
        else asked.resolve(message.result);
      } else {
        for (const [event, act] of listeners) if (event === message.method) act(message.params, message.sessionId);
      }
    }
  });
  const send = (method, params = {}, sessionId = undefined) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { method, resolve, reject });
      child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  const on = (event, act) => listeners.push([event, act]);
  const stop = async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await send("Browser.close").catch(() => child.kill());
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { send, on, stop };
}

/** A page of its own; what it is asked and what is evaluated in it. */
export async function open(browser) {
  const { targetId } = await browser.send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await browser.send("Target.attachToTarget", { targetId, flatten: true });
  const ask = (method, params) => browser.send(method, params, sessionId);
  await ask("Page.enable");
  await ask("Runtime.enable");
  const evaluate = async (expression) => {
    const { result, exceptionDetails } = await ask("Runtime.evaluate", {
      expression, awaitPromise: true, returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  return { ask, evaluate, close: () => browser.send("Target.closeTarget", { targetId }) };
}

/** What Chromium's own trace says of the time in which `act` goes on. */
export async function traced(browser, categories, act) {
  const events = [];
  browser.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  const complete = new Promise((resolve) => browser.on("Tracing.tracingComplete", resolve));
  await browser.send("Tracing.start", {
    transferMode: "ReportEvents", traceConfig: { recordMode: "recordAsMuchAsPossible", includedCategories: categories },
  });
  await act();
  await browser.send("Tracing.end");
  await complete;
  return events;
}
