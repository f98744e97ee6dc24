/**
 * The engine as it runs in one thread: what `startEngine` of `host.js` takes and gives. The package's own API stands on
 * it; so may a runtime that has no workers.
 */

/** Rows of the client's state. Both ways they are bytes: for each row 1 to write or 0 to remove (u8), the length of the
 * table's name (u8), the name, the length of the key (u16), the key, and to write also the length of the value (u32)
 * and the value; big-endian. */
export interface RowStore {
  /** All rows that are kept, each to be written. */
  rows(): Promise<Uint8Array>;
  /** Makes changes, all or none, in order; resolves when they are durable. One at a time is under way. */
  commit(changes: Uint8Array): Promise<void>;
}

export interface GatewayTransport {
  /** Opens a link; must call `closed` exactly once, last. URLs are to be tried in their order. */
  open(endpoint: { gateway: string; urls: string[] }, handler: {
    opened(): void;
    frame(frame: string | Uint8Array): void;
    closed(reason: string): void;
  }): { send(frame: string | Uint8Array): void; readonly pendingBytes: number; close(): void };
}

export interface CoverStrategy {
  /** Milliseconds until the next slot of the main stream; null: packets leave as soon as they are ready. */
  untilNextSlot(link: { congested: boolean; level: number }): number | null;
  /** Milliseconds until the next loop cover packet; null: none. */
  untilNextLoop(link: { congested: boolean; level: number }): number | null;
}

export interface EngineOptions {
  /** Base URL of a directory, where `settings.topology` is `nym-api`. */
  directory?: string | (() => string);
  /** `topology`, `cover`, `routes`, `retransmission`: names of parts, `host` for one that is given here; `cover.KEY` and the like:
   * the part's keys; `gateway`: an identity key. */
  settings: Record<string, string | number | boolean>;
  store: RowStore;
  transport?: GatewayTransport;
  /** The network, in the form of nym-client's `--custom-mixnet` file. */
  topology?: () => object | Promise<object>;
  cover?: CoverStrategy;
}

export type RawOutcome =
  | { acknowledged: true; packets: number; retransmissions: number; elapsedMillis: number }
  | { acknowledged: false; reason: string; detail: string };

export interface EngineListener {
  /** `connecting`, `ready`, `degraded`, `stopped`; at last `closed`: nothing follows. */
  state(word: string, why: string): void;
  address(address: string): void;
  /** `origin`: `unknown`, `sender` (then `tag` names it), or `answer` and, after a space, whose. */
  message(payload: Uint8Array, origin: string, tag: string): void;
  outcome(delivery: number, outcome: RawOutcome): void;
  /** Something has changed: state, bytes to read, room to write. */
  streamChanged(stream: number): void;
}

export interface Engine {
  /** `to`: an address, or `@` and the tag of a sender. */
  send(delivery: number, to: string, payload: Uint8Array,
    options?: { surbs?: number; deadline?: number; lane?: number; isolation?: string }): void;
  /** Whether messages are taken, from now on and what has waited; while they are not they wait within limits. */
  subscribe(wanted: boolean): void;
  closeLane(lane: number): void;
  laneBytes(lane: number): number;
  /** Puts another part in the place of the present one: by name, or one written in JavaScript. */
  swap(kind: 'topology' | 'transport' | 'cover' | 'routes' | 'retransmission', part: string | object,
    settings?: Record<string, string | number | boolean>): void;
  counters(): Record<string, number>;
  /** Has an exit connect to `host:port`; numbers of streams are the caller's. */
  openStream(stream: number, exit: string, target: string): void;
  /** `connecting`, `open`, `broken`, or why the exit has not connected, such as `REFUSED`. */
  streamState(stream: number): string;
  /** Bytes; none: there are none yet; null: no more will come. Throws if it broke. */
  readStream(stream: number): Uint8Array | null;
  /** How many of the bytes were taken: no more than there is room for. Throws if it broke. */
  writeStream(stream: number, bytes: Uint8Array): number;
  /** Closes our half. */
  closeStreamOutput(stream: number): void;
  /** Ends it, whatever is under way, and forgets it. */
  leaveStream(stream: number, why: string): void;
  close(): void;
}

/** @param source the module: its bytes, or compiled */
export function startEngine(source: BufferSource | WebAssembly.Module, options: EngineOptions,
  listener: EngineListener): Promise<Engine>;
export function memoryStore(): RowStore;
