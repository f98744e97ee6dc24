// node make.mjs CLOAKWORK FOLDER: starts "CLOAKWORK demo", takes pictures of its pages into FOLDER, and stops it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { browser } from "../../itests/web/node/test/browser.js";

const MOST_BYTES = 200_000;
/** Seconds that the charts show. */
const WATCHED = 60;
const [cloakwork, folder] = process.argv.slice(2);

const ends = [];
const after = (end) => ends.unshift(end);
try {
  const { dashboard, example } = await demo();
  const chromium = await browser({ after });
  await dashboardPictures(chromium, dashboard);
  await examplePicture(chromium, example);
} finally {
  for (const end of ends) {
    await end();
  }
}

/** The addresses of its pages, once its own messages are through. */
async function demo() {
  const child = spawn(cloakwork, ["demo", "--port-base", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  after(async () => {
    child.kill();
    await ended;
  });
  const found = {};
  for await (const line of createInterface(child.stdout)) {
    found.dashboard ??= /^Watch it: (\S+)/.exec(line)?.[1];
    found.example ??= /^ +browser +(\S+)/.exec(line)?.[1];
    if (found.dashboard && found.example) {
      child.stdout.resume();
      return found;
    }
  }
  throw new Error(`${cloakwork} demo ended with ${(await ended)[0]}`);
}

async function dashboardPictures(chromium, url) {
  const page = await chromium.page(url);
  const seconds = (least) => page.until(`(least) => last && history_[chosen] && history_[chosen][0].length >= least`, least);
  await seconds(WATCHED);
  await take(page, "dashboard-light", { width: 1280, height: 1000 });
  await take(page, "dashboard-dark", { width: 1280, height: 1000, dark: true, at: "#price" });
  await take(page, "dashboard-phone", { width: 390, height: 1640 });
  complain(page);
}

async function examplePicture(chromium, url) {
  const first = await chromium.page(url);
  const second = await chromium.page(await first.until(() => !document.getElementById("copy").disabled
    && document.getElementById("second").href));
  await second.until(() => !document.getElementById("text").disabled);
  const say = (line) => {
    document.getElementById("text").value = line;
    document.querySelector("#say button").click();
  };
  await second.run(say, "Is anybody there?");
  await first.until(() => document.querySelector("#log .theirs"));
  await first.run(say, "I am, and I do not know who you are.");
  await first.until(() => /arrived after/.test(document.querySelector("#log .mine small").textContent));
  await first.run(() => document.querySelector("#fetch button").click());
  await first.until(() => /\d+ ms$|:/.test(document.getElementById("outcome").textContent));
  await take(first, "web-example", { width: 1120, height: 820 });
  complain(first);
}

async function take(page, name, { at, ...look }) {
  const file = path.join(folder, `${name}.png`);
  await page.send("Emulation.setScrollbarsHidden", { hidden: true });
  // The page has to know its size before it is where it should be.
  await page.screenshot(file, look);
  await page.run(`async (at) => {
    at ? document.querySelector(at).closest("section").scrollIntoView() : scrollTo(0, 0);
    await new Promise((done) => setTimeout(done, 1500));
  }`, at ?? null);
  await page.screenshot(file, look);
  const { size } = statSync(file);
  console.log(`${file}  ${size} bytes`);
  if (size > MOST_BYTES) {
    throw new Error(`${file} has ${size} bytes; ${MOST_BYTES} are the most`);
  }
}

function complain(page) {
  if (page.complaints.length) {
    throw new Error(`the page complains: ${page.complaints.join("; ")}`);
  }
}
