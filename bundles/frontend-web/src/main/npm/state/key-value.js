import { StateError } from '../errors.js';
import { eachRow, putRows } from './rows.js';

const PIECE_BYTES = 48 * 1024;
const COMPACT_FROM_BYTES = 1024 * 1024;
const MAX_BYTES = 64 * 1024 * 1024;

const used = new WeakMap();
const text = (bytes) => bytes.reduce((all, byte) => all + String.fromCharCode(byte), '');

/**
 * Rows in anything that keeps bytes by key: `get(key)`, `put(key, bytes)`, `delete(key)`, `sync()` if it has that. All it
 * must do is to write one value whole or not at all: commits are written piece by piece, and are there once the one value
 * named `head` counts them.
 */
export async function openKeyValue(storage, name) {
  const names = used.get(storage) ?? new Set();
  used.set(storage, names);
  if (names.has(name)) {
    throw new StateError('state-in-use', `another client has the state "${name}" of this storage`);
  }
  names.add(name);
  const prefix = `cloakwork ${name} `;
  const rows = new Map();
  let head = { generation: 0, pieces: [] };
  let size = 0;
  let live = 0;

  const key = (generation, piece) => `${prefix}${generation} ${piece}`;
  const count = (pieces) => pieces.reduce((all, each) => all + each, 0);
  const guarded = async (action) => {
    try {
      return await action();
    } catch (e) {
      throw e instanceof StateError ? e : new StateError('state-failed', `the storage: ${e?.message ?? e}`);
    }
  };

  const apply = (changes) => eachRow(changes, (rowName, value) => {
    const row = text(rowName);
    const before = rows.get(row);
    live -= before ? before[0].length + before[1].length : 0;
    if (value) {
      rows.set(row, [rowName, value]);
      live += rowName.length + value.length;
    } else {
      rows.delete(row);
    }
  });

  const write = async (generation, from, bytes) => {
    let pieces = 0;
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      await storage.put(key(generation, from + pieces++), bytes.slice(at, at + PIECE_BYTES));
    }
    return pieces;
  };
  const turn = async (next) => {
    await storage.put(`${prefix}head`, JSON.stringify(next));
    await storage.sync?.();
    head = next;
  };
  const forget = async (generation, pieces) => {
    for (let piece = 0; piece < pieces; piece++) {
      await storage.delete(key(generation, piece));
    }
  };

  const compact = async () => {
    const bytes = putRows(rows.values());
    const { generation, pieces } = head;
    const written = await write(generation + 1, 0, bytes);
    await turn({ generation: generation + 1, pieces: [written], left: count(pieces) });
    size = bytes.length;
    await forget(generation, count(pieces));
  };

  const read = async () => {
    const known = await storage.get(`${prefix}head`);
    if (known == null) {
      return;
    }
    head = JSON.parse(known);
    let at = 0;
    for (const pieces of head.pieces) {
      const parts = [];
      for (let piece = 0; piece < pieces; piece++) {
        const part = await storage.get(key(head.generation, at++));
        if (part == null) {
          throw new StateError('state-damaged', `the storage: ${key(head.generation, at - 1)} is missing; nothing was changed`);
        }
        parts.push(new Uint8Array(part));
      }
      const whole = new Uint8Array(parts.reduce((all, part) => all + part.length, 0));
      let filled = 0;
      for (const part of parts) {
        whole.set(part, filled);
        filled += part.length;
      }
      size += whole.length;
      apply(whole);
    }
    // Of the generation before, if its end was not seen.
    await forget(head.generation - 1, head.left ?? 0);
  };

  try {
    await guarded(read);
  } catch (e) {
    names.delete(name);
    throw e;
  }
  return {
    rows: async () => putRows(rows.values()),
    commit: (changes) => guarded(async () => {
      if (live + changes.length > MAX_BYTES) {
        throw new StateError('state-failed', `the storage: more than ${MAX_BYTES} bytes`);
      }
      const { generation, pieces } = head;
      const written = await write(generation, count(pieces), changes);
      await turn({ generation, pieces: [...pieces, written] });
      apply(changes);
      size += changes.length;
      if (size > COMPACT_FROM_BYTES && size > 2 * live || head.pieces.length > 1000) {
        await compact();
      }
    }),
    close: async () => { names.delete(name); },
  };
}
