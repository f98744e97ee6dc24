// What cannot run the package says so, and how: CLOAKWORK_PACKAGE.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";

const OLD = path.resolve("node_modules/node-20/bin/node");
/** Prints why it cannot connect; nobody is at that address. */
const LINES = `
  import { connect, ConnectError } from ${JSON.stringify(path.join(process.env.CLOAKWORK_PACKAGE, "node.js"))};
  await connect({ directory: "http://127.0.0.1:9/", deadline: 3000 }).catch((e) =>
    console.log(JSON.stringify({ typed: e instanceof ConnectError, code: e.code, message: e.message })));
`;

const why = (node, ...flags) => JSON.parse(execFileSync(node, [...flags, "--input-type=module", "-e", LINES],
  { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));

test("Node 20 is told that it is too old", { skip: !fs.existsSync(OLD) && process.env.CI !== "true" }, () => {
  assert.deepEqual(why(OLD), {
    typed: true, code: "unsupported", message: "Node 20.20.2 has no WebAssembly with garbage collection; 22 and newer have",
  });
});

test("a Node that has exceptions with references and does not say so is helped", () => {
  assert.equal(why(process.execPath, "--no-experimental-wasm-exnref").code, "not-ready");
});
