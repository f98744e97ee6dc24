import { ConnectError, StateError } from './errors.js';
import { lazySecure } from './http/tls.js';
import { openIndexedDb } from './state/indexeddb.js';

let module;

async function bytesOf(url) {
  const response = await fetch(url);
  if (!response.ok) {
    throw new ConnectError('unsupported', `${url}: status ${response.status}`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

async function compiled() {
  const bytes = await bytesOf(new URL('./engine/engine.wasm', import.meta.url));
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(bytes, { builtins: ['js-string'] })) {
    throw new ConnectError('unsupported', 'this browser has no WebAssembly with garbage collection and exceptions');
  }
  return WebAssembly.compile(bytes, { builtins: ['js-string'] });
}

/** What a worker of a browser has. */
export const platform = {
  module: () => (module ??= compiled()),
  open: ({ name }) => openIndexedDb(name),
  async lock({ name }) {
    if (!navigator.locks) {
      throw new StateError('state-failed', 'a state needs Web Locks, which only secure pages have');
    }
    return new Promise((resolve, reject) => {
      navigator.locks.request(`cloakwork state ${name}`, { ifAvailable: true }, (lock) => {
        if (!lock) {
          reject(new StateError('state-in-use', `another client of this origin has the state "${name}"`));
          return undefined;
        }
        return new Promise((release) => resolve(release));
      }).catch(reject);
    });
  },
  secure: lazySecure(() => bytesOf(new URL('./http/tls.wasm', import.meta.url))),
  whenGone: (user, listener) => { navigator.locks?.request(`cloakwork user ${user}`, listener).catch(() => {}); },
};
