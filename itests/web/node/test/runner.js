// Tests that run the same in Node, Deno and Bun, whose own runners differ; TAP on standard output. The process must end by
// itself afterwards.
const tests = [];
const befores = [];
const afters = [];

export const before = (action) => befores.push(action);
export const after = (action) => afters.push(action);
export const test = (name, action) => tests.push([name, action]);

/** Runs what was told, in order. */
export async function run() {
  let failed = 0;
  for (const action of befores) {
    await action();
  }
  for (const [i, [name, action]] of tests.entries()) {
    const ends = [];
    const t = { after: (end) => ends.push(end), diagnostic: (line) => console.log(`# ${line}`) };
    try {
      await action(t);
      console.log(`ok ${i + 1} - ${name}`);
    } catch (e) {
      failed++;
      console.log(`not ok ${i + 1} - ${name}\n${e.stack ?? e}`);
    }
    for (const end of ends) {
      await end();
    }
  }
  for (const action of afters) {
    await action();
  }
  console.log(`# pass ${tests.length - failed}\n# fail ${failed}`);
  process.exitCode = failed > 0 ? 1 : 0;
}
