import { constants } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { tmpdir } from 'node:os';
import { crc32 } from 'node:zlib';
import { StateError } from '../errors.js';
import { eachRow, putRows } from './rows.js';

const MAGIC = Buffer.from('cloakwork state 1\n');
const HEAD_BYTES = 8;
const COMPACT_FROM_BYTES = 4 * 1024 * 1024;
const MAX_BYTES = 256 * 1024 * 1024;
const MAX_SOCKET_PATH = 100;

const text = (name) => Buffer.from(name).toString('latin1');

/** A commit as it is in the file: length and CRC-32 of what follows. */
function record(changes) {
  const bytes = Buffer.alloc(HEAD_BYTES + changes.length);
  bytes.writeUInt32BE(changes.length, 0);
  bytes.writeUInt32BE(crc32(changes), 4);
  bytes.set(changes, HEAD_BYTES);
  return bytes;
}

async function sync(folder) {
  if (process.platform !== 'win32') {
    const handle = await open(folder, constants.O_RDONLY);
    await handle.sync().finally(() => handle.close());
  }
}

/**
 * Rows in one file: commits one after the other, each whole or not there, made smaller now and then. The last one may
 * have been cut off when the process was killed; anything else that is not what was written is refused.
 */
export async function openFile(folder, name) {
  const path = join(folder, `${name}.state`);
  const damaged = (what) => new StateError('state-damaged', `${path}: ${what}; nothing was changed`);
  const rows = new Map();
  let size = 0;
  let live = 0;
  let handle;

  const apply = (changes) => eachRow(changes, (rowName, value) => {
    const key = text(rowName);
    const before = rows.get(key);
    live -= before ? before[0].length + before[1].length : 0;
    if (value) {
      rows.set(key, [rowName, value]);
      live += rowName.length + value.length;
    } else {
      rows.delete(key);
    }
  });

  const read = async () => {
    const bytes = await handle.readFile();
    if (bytes.length < MAGIC.length && MAGIC.subarray(0, bytes.length).equals(bytes)) {
      await handle.truncate(0);
      await handle.write(MAGIC, 0, MAGIC.length, 0);
      await handle.sync();
      await sync(folder);
      return MAGIC.length;
    }
    if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
      throw damaged('not a state of this version');
    }
    let at = MAGIC.length;
    while (at < bytes.length) {
      const end = at + HEAD_BYTES <= bytes.length ? at + HEAD_BYTES + bytes.readUInt32BE(at) : Infinity;
      const whole = end <= bytes.length;
      if (!whole || crc32(bytes.subarray(at + HEAD_BYTES, end)) !== bytes.readUInt32BE(at + 4)) {
        if (whole && end < bytes.length) {
          throw damaged(`the commit at ${at} is not what was written`);
        }
        await handle.truncate(at);
        await handle.sync();
        break;
      }
      apply(bytes.subarray(at + HEAD_BYTES, end));
      at = end;
    }
    return at;
  };

  const compact = async () => {
    const fresh = `${path}.new`;
    const bytes = Buffer.concat([MAGIC, record(putRows(rows.values()))]);
    const target = await open(fresh, 'w', 0o600);
    try {
      await target.writeFile(bytes);
      await target.sync();
    } finally {
      await target.close();
    }
    await rename(fresh, path);
    await sync(folder);
    await handle.close();
    handle = await open(path, constants.O_RDWR, 0o600);
    size = bytes.length;
  };

  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    size = await read();
  } catch (e) {
    await handle?.close();
    throw e instanceof StateError ? e : new StateError('state-failed', `${path}: ${e.message}`);
  }
  return {
    rows: async () => putRows(rows.values()),
    async commit(changes) {
      if (size + HEAD_BYTES + changes.length > MAX_BYTES) {
        throw new StateError('state-failed', `${path}: more than ${MAX_BYTES} bytes`);
      }
      const bytes = record(changes);
      try {
        await handle.write(bytes, 0, bytes.length, size);
        await handle.sync();
      } catch (e) {
        throw new StateError('state-failed', `${path}: ${e.message}`);
      }
      size += bytes.length;
      apply(changes);
      if (size > COMPACT_FROM_BYTES && size > 2 * live) {
        await compact();
      }
    },
    close: () => handle.close(),
  };
}

const inUse = (path) => new StateError('state-in-use', `${path}: another client has this state`);

/** Deno has locks of files, and asks for a permission where a socket listens. */
async function lockByDeno(path) {
  let file;
  try {
    file = await globalThis.Deno.open(path, { write: true, create: true, mode: 0o600 });
  } catch (e) {
    throw new StateError('state-failed', `${path}: ${e.message}`);
  }
  if (!await file.tryLock(true)) {
    file.close();
    throw inUse(path);
  }
  return async () => file.close();
}

/** Has the state alone, as long as the process lives: whoever listens has it. */
export async function lockFile(folder, name) {
  const whole = resolve(folder, `${name}.lock`);
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((e) => {
    throw new StateError('state-failed', `${folder}: ${e.message}`);
  });
  if (globalThis.Deno) {
    return lockByDeno(whole);
  }
  const path = process.platform === 'win32' ? `\\\\?\\pipe\\cloakwork-${createHash('sha256').update(whole).digest('hex')}`
    : whole.length < MAX_SOCKET_PATH ? whole
      : join(tmpdir(), `cloakwork-${createHash('sha256').update(whole).digest('hex').slice(0, 32)}`);
  const listen = () => new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', fail);
    server.listen(path, () => done(server));
  });
  const isHeld = () => new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    // Any other means that somebody has listened: Bun tells a connection that is ended at once as reset.
    socket.once('error', ({ code }) => done(code !== 'ECONNREFUSED' && code !== 'ENOENT'));
  });
  for (let tries = 0; ; tries++) {
    try {
      const server = await listen();
      server.unref();
      return () => new Promise((done) => { server.close(done); });
    } catch (e) {
      if (e.code !== 'EADDRINUSE' || tries === 1) {
        throw new StateError('state-failed', `${whole}: ${e.message}`);
      }
      if (await isHeld()) {
        throw inUse(whole);
      }
      await rm(path, { force: true });
    }
  }
}
