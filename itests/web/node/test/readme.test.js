// The package as it is installed: its README's lines, in JavaScript and TypeScript, and that types and exports are the
// same. CLOAKWORK_TGZ, CLOAKWORK_DIRECTORY.
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import tls from "node:tls";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { apiPage } from "./api-page.js";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cloakwork-readme-"));
const installed = path.join(folder, "node_modules", "cloakwork");
const tools = path.resolve("node_modules");

const run = (command, ...args) => runIn(folder, command, ...args);

function runIn(cwd, command, ...args) {
  const ran = spawnSync(command, args, { cwd, encoding: "utf8", timeout: 120_000 });
  assert.equal(ran.status, 0, `${command} ${args.join(" ")}: ${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

/** The README's program, for the network of this test. */
function program() {
  const [, lines] = fs.readFileSync(path.join(installed, "README.md"), "utf8").match(/```ts\n([^`]*)```/);
  assert.match(lines, /http:\/\/127\.0\.0\.1:8500\//);
  return lines.replace("http://127.0.0.1:8500/", process.env.CLOAKWORK_DIRECTORY);
}

before(() => {
  fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "fresh", private: true, type: "module" }));
  run("npm", "install", "--offline", "--no-audit", "--no-fund", process.env.CLOAKWORK_TGZ);
});

after(() => fs.rmSync(folder, { recursive: true }));

test("it installs with nothing beside it", (t) => {
  assert.deepEqual(fs.readdirSync(path.join(folder, "node_modules")).filter((name) => !name.startsWith(".")), ["cloakwork"]);
  t.diagnostic(`package ${fs.statSync(process.env.CLOAKWORK_TGZ).size} bytes packed`);
});

test("the README's lines run as printed, and the process ends by itself", () => {
  fs.writeFileSync(path.join(folder, "lines.mjs"), program());
  run(process.execPath, "lines.mjs");
});

test("they run as printed in Bun, installed by it", () => {
  const own = path.join(folder, "bun");
  fs.mkdirSync(own);
  fs.writeFileSync(path.join(own, "package.json"), JSON.stringify({ name: "fresh", private: true, type: "module" }));
  const bun = path.join(tools, ".bin", "bun");
  runIn(own, bun, "add", process.env.CLOAKWORK_TGZ);
  fs.writeFileSync(path.join(own, "lines.mts"), program());
  runIn(own, bun, "run", "lines.mts");
});

test("they run as printed in Deno, installed and checked by it, with no permission but the network", () => {
  const own = path.join(folder, "deno");
  fs.mkdirSync(own);
  fs.writeFileSync(path.join(own, "package.json"), JSON.stringify({ name: "fresh", private: true, type: "module",
    dependencies: { cloakwork: `file:${process.env.CLOAKWORK_TGZ}` } }));
  const deno = path.join(tools, ".bin", "deno");
  runIn(own, deno, "install");
  fs.writeFileSync(path.join(own, "lines.mts"), program());
  runIn(own, deno, "check", "lines.mts");
  runIn(own, deno, "run", "--no-prompt", "--allow-net=127.0.0.1", "lines.mts");
  fs.writeFileSync(path.join(own, "kept.mts"), program().replace(/(directory: "[^"]*")/, '$1, state: "file", folder: "kept"'));
  runIn(own, deno, "run", "--no-prompt", "--allow-net=127.0.0.1", "--allow-read=kept", "--allow-write=kept", "kept.mts");
});

test("with no other permission Deno fetches https:, up to a certificate that nobody trusts", async (t) => {
  const certificate = (name) => fs.readFileSync(new URL(`../certificates/good.${name}`, import.meta.url));
  const server = tls.createServer({ cert: certificate("pem"), key: certificate("key") }).listen(0, "127.0.0.1");
  const sockets = new Set();
  server.on("connection", (socket) => sockets.add(socket));
  await once(server, "listening");
  t.after(() => {
    server.close();
    sockets.forEach((socket) => socket.destroy());
  });
  const own = path.join(folder, "deno");
  const options = JSON.stringify({ directory: process.env.CLOAKWORK_DIRECTORY, exit: process.env.CLOAKWORK_EXIT, cover: "none" });
  fs.writeFileSync(path.join(own, "https.mts"), `import { connect } from "cloakwork";
const client = await connect(${options});
try { await client.fetch("https://127.0.0.1:${server.address().port}/"); } catch (e) { console.log(e.code, e.message); }
await client.close();
`);
  const { stdout } = await promisify(execFile)(path.join(tools, ".bin", "deno"),
    ["run", "--no-prompt", "--allow-net=127.0.0.1", "https.mts"], { cwd: own, timeout: 120_000 });
  assert.match(stdout, /^tls .*leads to no authority that is trusted here/);
  // A client that is closed tells its exit, though its process ends at once.
  server.close();
  await once(server, "close", { signal: AbortSignal.timeout(30_000) });
});

test("they are strict TypeScript, in Node's and in bundlers' resolution", () => {
  fs.writeFileSync(path.join(folder, "lines.mts"), program());
  fs.writeFileSync(path.join(folder, "uses.mts"), `
    import { connect, FetchError, StateError, type Client, type CoverStrategy, type Outcome } from "cloakwork";
    const cover: CoverStrategy = { untilNextSlot: ({ level }) => 20 * (1 + level), untilNextLoop: () => null };
    export async function uses(client: Client): Promise<string> {
      await client.swap("cover", cover);
      await client.swap("cover", { name: "poisson", "main-mean-millis": 50 });
      const outcome: Outcome = await client.send(client.address, new Uint8Array(3), { signal: AbortSignal.timeout(5) });
      const why: string = outcome.acknowledged ? String(outcome.packets) : outcome.reason;
      const response: Response = await client.fetch("http://example.invalid/", { deadline: 1000 });
      for await (const { word } of client.states()) { if (word === "stopped") break; }
      return why + response.status;
    }
    export const other = connect({ network: {}, state: "memory", cover }).catch((e: unknown) =>
      e instanceof StateError || e instanceof FetchError ? e.code : "");
    // @ts-expect-error no such part kind
    export const wrong = (client: Client) => client.swap("sphinx", "fast");
  `);
  const tsc = path.join(tools, "typescript", "bin", "tsc");
  for (const [module, resolution] of [["nodenext", "nodenext"], ["esnext", "bundler"]]) {
    fs.writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({
      compilerOptions: { noEmit: true, strict: true, skipLibCheck: false, types: [], target: "es2022",
        lib: ["es2024", "dom", "dom.asynciterable", "esnext.disposable"], module, moduleResolution: resolution },
      files: ["lines.mts", "uses.mts"],
    }));
    run(process.execPath, tsc, "--project", "tsconfig.json");
  }
});

test("what the types promise is exported, in Node and for browsers, and nothing else", async () => {
  const declared = [...fs.readFileSync(path.join(installed, "index.d.ts"), "utf8")
    .matchAll(/^export (?:declare )?(?:function|class|const) (\w+)/gm)].map(([, name]) => name).sort();
  for (const entry of ["node.js", "index.js"]) {
    const exported = Object.keys(await import(pathToFileURL(path.join(installed, entry)))).sort();
    assert.deepEqual(exported, declared, entry);
  }
});

test("each thing of the API has a comment, and docs/web-api.md is what TypeDoc makes of them", () => {
  assert.equal(fs.readFileSync(path.resolve(import.meta.dirname, "../../../../docs/web-api.md"), "utf8"),
    apiPage(path.join(installed, "index.d.ts")), "in itests/web/target/node: node ../../node/test/api-page.js");
});

test("no file of it makes functions from text", () => {
  const files = fs.readdirSync(installed, { recursive: true }).filter((file) => file.endsWith(".js"));
  assert.ok(files.length > 15, String(files));
  for (const file of files) {
    assert.doesNotMatch(fs.readFileSync(path.join(installed, file), "utf8"), /\bnew Function\b|\beval\(/, file);
  }
});
