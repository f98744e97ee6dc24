// For workerd and what is like it: no workers, no module compiled while it runs. Bundlers take the two files as they are.

import engine from './engine/engine.wasm';
import { connecting } from './client.js';
import { StateError } from './errors.js';
import { opensHere } from './here.js';
import { lazySecure } from './http/tls.js';
import tls from './http/tls.wasm';

export { ClosedError, CloakworkError, ConnectError, OptionError, StateError } from './errors.js';
export { FetchError } from './http/fetch-error.js';

const refused = ({ state }) => {
  throw new StateError('state-failed', `there is no state "${state}" here: give the storage of a Durable Object, or "memory"`);
};

/** Connects to the mixnet; see index.d.ts. */
export const connect = connecting(opensHere({
  module: () => engine,
  caution: 'while the object that has it is evicted, the client is away: it neither receives nor sends cover',
  lock: refused,
  open: refused,
  secure: lazySecure(async () => tls),
}), { state: 'memory' });
