// Rows as bytes: for each 1 to write or 0 to remove, length of the table's name (u8), name, length of the key (u16), key,
// and to write also length of the value (u32) and value; big-endian.

const HEAD = 1 + 1 + 2;

/** Calls for each row with its name (table and key, as bytes) and its value, or null if it is removed. */
export function eachRow(bytes, call) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const put = view.getUint8(at);
    const table = view.getUint8(at + 1);
    const key = view.getUint16(at + 2 + table);
    const end = at + HEAD + table + key;
    const name = bytes.slice(at + 1, end);
    if (put) {
      const length = view.getUint32(end);
      call(name, bytes.slice(end + 4, end + 4 + length));
      at = end + 4 + length;
    } else {
      call(name, null);
      at = end;
    }
  }
}

/** Rows to be written, from names and values as `eachRow` tells them. */
export function putRows(rows) {
  const all = [...rows];
  let length = 0;
  for (const [name, value] of all) {
    length += 1 + name.length + 4 + value.length;
  }
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [name, value] of all) {
    bytes[at] = 1;
    bytes.set(name, at + 1);
    at += 1 + name.length;
    view.setUint32(at, value.length);
    bytes.set(value, at + 4);
    at += 4 + value.length;
  }
  return bytes;
}
