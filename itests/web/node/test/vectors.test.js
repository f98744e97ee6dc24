// The tests of vectors that the JVM runs, in WebAssembly: CLOAKWORK_PACKAGE, CLOAKWORK_VECTORS (the module).
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

import { run, test } from "./runner.js";

const { load } = await import(path.join(process.env.CLOAKWORK_PACKAGE, "engine/module.js"));

/** What differs, and why it does not matter here. */
const KNOWN = new Map([
  // TeaVM makes another number of replacement characters of what is not UTF-8; nym-client's websocket is no part of this.
  ["response response-8-received", "java.lang.AssertionError: expected true"],
  ["all of websocket_requests.json", "java.lang.AssertionError"],
]);

test("all cases", async (t) => {
  const begun = performance.now();
  const { count, name, check } = await load(fs.readFileSync(process.env.CLOAKWORK_VECTORS));
  const failed = [];
  let cases = 0;
  let known = 0;
  let passed = 0;
  for (let i = 0; i < count(); i++) {
    let why;
    try {
      why = check(i);
    } catch (e) {
      why = `trap: ${e.message}`;
    }
    const file = name(i).startsWith("all of ");
    cases += file ? 0 : 1;
    passed += file || why ? 0 : 1;
    if (why && why.startsWith(KNOWN.get(name(i)) ?? "-")) {
      known += file ? 0 : 1;
    } else if (why) {
      failed.push(`${name(i)}: ${why}`);
    }
  }
  t.diagnostic(`vectors in WebAssembly: ${passed} of ${cases} cases passed, ${known} of no matter here, in ${Math.round(performance.now() - begun)} ms`);
  assert.deepEqual(failed, []);
  assert.ok(cases > 500, `${cases} cases`);
});

test("the module is valid", () => {
  for (const file of ["engine/engine.wasm", "http/tls.wasm"]) {
    assert.ok(WebAssembly.validate(fs.readFileSync(path.join(process.env.CLOAKWORK_PACKAGE, file)), { builtins: ["js-string"] }), file);
  }
});

await run();
