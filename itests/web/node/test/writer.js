// node writer.js FOLDER: commits to a state without end, and says each commit that is acknowledged by a line with its number.
// A commit has two rows of the same number: one that is always the same row, and one of 64.
import path from "node:path";
import { writeSync } from "node:fs";

const { openFile } = await import(path.join(process.env.CLOAKWORK_PACKAGE, "state/file.js"));
const { eachRow, putRows } = await import(path.join(process.env.CLOAKWORK_PACKAGE, "state/rows.js"));

/** A number as both rows have it, in a value that makes the file be written anew every few dozen commits. */
function rowsOf(number) {
  const value = new Uint8Array(100_000).fill(number);
  new DataView(value.buffer).setUint32(0, number);
  return putRows([[Uint8Array.of(1, 97, 0, 0), value], [Uint8Array.of(1, 98, 0, 1, number % 64), value]]);
}

const store = await openFile(process.argv[2], "killed");
let last = 0;
eachRow(await store.rows(), (name, value) => {
  if (name[1] === 97) {
    last = new DataView(value.buffer, value.byteOffset).getUint32(0);
  }
});
for (let number = last + 1; ; number++) {
  await store.commit(rowsOf(number));
  writeSync(1, `${number}\n`);
}
