// State of processes that are killed in the middle of writing: CLOAKWORK_PACKAGE.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

const { openFile } = await import(path.join(process.env.CLOAKWORK_PACKAGE, "state/file.js"));
const { eachRow } = await import(path.join(process.env.CLOAKWORK_PACKAGE, "state/rows.js"));

const KILLS = 24;
const MOST_COMMITS = 60;

function folderOf(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cloakwork-killed-"));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  return folder;
}

/** Opens a state as the next process does; gives the numbers of its rows, by their names. */
async function numbers(folder) {
  const store = await openFile(folder, "killed");
  const found = new Map();
  eachRow(await store.rows(), (name, value) => {
    const number = new DataView(value.buffer, value.byteOffset).getUint32(0);
    assert.ok(value.subarray(4).every((byte) => byte === number % 256), `a row of ${number} is not what was written`);
    found.set(`${String.fromCharCode(name[1])}${name[4] ?? ""}`, number);
  });
  await store.close();
  return found;
}

test("a process killed at any instant loses nothing that was acknowledged, and leaves no half of a commit", async (t) => {
  const folder = folderOf(t);
  let before = 0;
  let anew = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawn(process.execPath, [path.join(import.meta.dirname, "writer.js"), folder],
      { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "exit");
    const wanted = 1 + Math.floor(Math.random() * MOST_COMMITS);
    let acknowledged = before;
    let heard = 0;
    // Every other one while the file is written anew, which happens once in some 30 commits.
    const watcher = fs.watch(folder, (_, name) => {
      if (kill % 2 === 1 && name === "killed.state.new") {
        child.kill("SIGKILL");
      }
    });
    for await (const line of createInterface(child.stdout)) {
      acknowledged = Number(line);
      if (++heard === wanted && kill % 2 === 0) {
        // Not at the same place of each commit.
        for (let turns = Math.random() * 30; turns > 0; turns--) {
          await new Promise(setImmediate);
        }
        child.kill("SIGKILL");
      }
    }
    const [, signal] = await ended;
    watcher.close();
    assert.equal(signal, "SIGKILL");
    anew += fs.existsSync(path.join(folder, "killed.state.new")) ? 1 : 0;
    const found = await numbers(folder);
    const last = found.get("a");
    assert.ok(last >= acknowledged && last <= acknowledged + 1, `${last} after ${acknowledged} was acknowledged`);
    for (let number = Math.max(1, last - 63); number <= last; number++) {
      assert.equal(found.get(`b${number % 64}`), number, `row of ${number}, at ${last}`);
    }
    assert.equal(found.size, 1 + Math.min(last, 64));
    before = last;
  }
  assert.ok(before > KILLS, `${before} commits`);
  t.diagnostic(`${KILLS} kills in ${before} commits, ${anew} while the file was written anew`);
});

test("what was cut off anywhere in its last commit is the state before it", async (t) => {
  const folder = folderOf(t);
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "writer.js"), folder], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  for await (const line of createInterface(child.stdout)) {
    if (line === "3") {
      child.kill("SIGKILL");
    }
  }
  await ended;
  const file = path.join(folder, "killed.state");
  const last = (await numbers(folder)).get("a");
  const whole = fs.readFileSync(file);
  const commit = (whole.length - "cloakwork state 1\n".length) / last;
  assert.ok(Number.isInteger(commit));
  for (const cut of [1, 7, 8, 9, Math.floor(commit / 2), commit - 8, commit - 1]) {
    fs.writeFileSync(file, whole.subarray(0, whole.length - cut));
    assert.equal((await numbers(folder)).get("a"), last - 1, `without its last ${cut} bytes`);
  }
});
