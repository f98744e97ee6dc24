// The tests of vectors that the JVM runs, in WebAssembly: CLOAKWORK_PACKAGE, CLOAKWORK_VECTORS (the module).
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";

const { load } = await import(path.join(process.env.CLOAKWORK_PACKAGE, "engine/module.js"));

test("all cases", async (t) => {
  const begun = performance.now();
  const { run } = await load(fs.readFileSync(process.env.CLOAKWORK_VECTORS));
  const lines = run().split("\n");
  const [count, passed] = lines.pop().split(" ").map(Number);
  assert.deepEqual(lines, []);
  assert.equal(passed, count);
  assert.ok(count > 500, `${count} cases`);
  t.diagnostic(`vectors in WebAssembly: ${passed} of ${count} cases passed, in ${Math.round(performance.now() - begun)} ms`);
});

test("the module is valid", () => {
  for (const file of ["engine/engine.wasm", "http/tls.wasm"]) {
    assert.ok(WebAssembly.validate(fs.readFileSync(path.join(process.env.CLOAKWORK_PACKAGE, file)), { builtins: ["js-string"] }), file);
  }
});
