import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { ConnectError } from './errors.js';
import { lazySecure } from './http/tls.js';
import { lockFile, openFile } from './state/file.js';

let module;

async function compiled() {
  const bytes = await readFile(new URL('./engine/engine.wasm', import.meta.url));
  const valid = () => WebAssembly.validate(bytes, { builtins: ['js-string'] });
  if (!valid()) {
    // Some versions of Node have exceptions with references, and do not say so.
    setFlagsFromString('--experimental-wasm-exnref');
    if (!valid()) {
      throw new ConnectError('unsupported', `Node ${process.versions.node} has no WebAssembly with garbage collection;`
        + ' 22 and newer have');
    }
  }
  return WebAssembly.compile(bytes, { builtins: ['js-string'] });
}

/** What a thread of Node has. */
export const platform = {
  module: () => (module ??= compiled()),
  open: ({ folder, name }) => openFile(folder, name),
  secure: lazySecure(() => readFile(new URL('./http/tls.wasm', import.meta.url))),
  lock: ({ folder, name }) => lockFile(folder, name),
};
