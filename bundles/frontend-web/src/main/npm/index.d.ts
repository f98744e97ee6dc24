/** A client for the Nym mixnet, in browsers, Node, Deno, Bun and workerd. Where there are workers it runs in one of its own;
 * nothing of it works in the page.
 *
 * @packageDocumentation */

/**
 * Connects to the mixnet.
 *
 * @returns a client that is ready
 * @throws {@link CloakworkError} if it cannot be: `state-in-use`, `state-damaged`, `unsupported`, `bad-option`, or
 *   `not-ready` with the last reason after `options.deadline`
 * @example
 * const client = await connect({ directory: "http://127.0.0.1:8500/" });
 */
export function connect(options: ConnectOptions): Promise<Client>;

/** What a client is connected with: one of `directory`, `network` and `topology` must be there. */
export interface ConnectOptions {
  /** Base URL of a directory (nym-api). This, `network` or `topology` must be given. */
  directory?: string | URL;
  /** The network itself, in the form of nym-client's `--custom-mixnet` file. */
  network?: object;
  /** A topology written in JavaScript, instead of `directory`. */
  topology?: Topology;
  /**
   * Where identity, reply keys, reply blocks and messages on their way are kept: `indexeddb` (in browsers), `file` (in
   * Node, Deno and Bun, in `folder`), `memory` (gone with the client), keys and values such as the storage of a Durable
   * Object, or your own. By default `indexeddb` in browsers and `memory` elsewhere.
   */
  state?: "indexeddb" | "file" | "memory" | KeyValueStorage | StateStore;
  /** Name of the state, so that an origin or a folder can have several; by default `default`. */
  name?: string;
  /** The folder of the state in a file; by default `.cloakwork` in the working directory. */
  folder?: string;
  /** How packets are timed and covered: `poisson` (by default), `constant`, `none`, one with its keys, or your own. */
  cover?: Part | CoverStrategy;
  /** Which mixes packets go through: `subset` (by default), `uniform`, `fixed`, `sticky`, `latency`, with their keys. */
  routes?: Part;
  /** When packets are sent again: `timeout` (by default), `adaptive`. */
  retransmission?: Part;
  /** How gateways are reached: `websocket` (by default), or your own. */
  transport?: "websocket" | Transport;
  /** Identity key of the gateway to use; by default the client draws some and keeps them. */
  gateway?: string;
  /** Address of the exit (network requester) that `fetch` goes through; `http://NAME.nym` of another client needs none. */
  exit?: string;
  /** Whether the tabs of an origin share a client of that name, where there are shared workers; by default true. */
  shared?: boolean;
  /** Milliseconds to be ready within; by default 60,000. */
  deadline?: number;
  /** Gives up connecting, or closes the client. */
  signal?: AbortSignal;
}

/** A part by its name, or with keys of its own, as in `etc/`: `{ name: "constant", "interval-millis": 50 }`. */
export type Part = string | {
  /** Which of its kind. */
  name: string;
  [key: string]: string | number | boolean;
};

/** A client of the mixnet. It ends with `close`, with the `signal` it was connected with, and with `await using`. */
export interface Client extends AsyncDisposable {
  /** Where others send to; changes when the client moves to another gateway. */
  readonly address: string;
  /** How it is. */
  readonly state: State;
  /** States from now on, the present one first; ends when the client has. */
  states(): AsyncIterableIterator<State>;
  /**
   * What arrives, from now on and what nobody has taken before. Each iteration sees every message; leaving the loop
   * ends it. While nobody iterates, messages wait within the client's limits.
   */
  messages(options?: { signal?: AbortSignal }): AsyncIterableIterator<Message>;
  /** Sends a message; resolves in every case when it has ended, by its deadline. */
  send(recipient: string, payload: Payload, options?: SendOptions): Promise<Outcome>;
  /** Fetches through `ConnectOptions.exit`, or from a client that serves, by its host name; every call ends by its deadline. */
  fetch(input: RequestInfo | URL, init?: FetchInit): Promise<Response>;
  /** Takes back what waits on a lane: its messages end as failed. */
  closeLane(lane: number): Promise<void>;
  /** Bytes that wait on a lane. */
  laneBytes(lane: number): Promise<number>;
  /** What was counted so far, and what was dropped and why. */
  counters(): Promise<Record<string, number>>;
  /** Exchanges how packets are timed and covered; nothing is lost by it. */
  swap(kind: "cover", part: Part | CoverStrategy): Promise<void>;
  /** Exchanges how routes are chosen; nothing is lost by it. */
  swap(kind: "routes", part: Part): Promise<void>;
  /** Exchanges when packets are sent again; nothing is lost by it. */
  swap(kind: "retransmission", part: Part): Promise<void>;
  /** Exchanges where the network is looked up; nothing is lost by it. */
  swap(kind: "topology", part: Topology | { directory: string | URL }): Promise<void>;
  /** Exchanges how gateways are reached; the links are made anew, and nothing is lost by it. */
  swap(kind: "transport", part: "websocket" | Transport): Promise<void>;
  /** Ends it. Of a shared client only this tab's use of it. */
  close(): Promise<void>;
}

/** What is sent: text as UTF-8, or bytes. */
export type Payload = string | ArrayBuffer | ArrayBufferView;

/** How a client is, and, unless it is ready, why. */
export type State =
  | {
    /** Messages go and come. */
    readonly word: "ready";
    /** Nothing is wrong. */
    readonly why: "";
  }
  | {
    /** It is not ready yet, works in part, or has ended. */
    readonly word: "connecting" | "degraded" | "stopped";
    /** For people. */
    readonly why: string;
  };

/** What has arrived. */
export interface Message {
  /** Its bytes. */
  readonly payload: Uint8Array;
  /** The payload read as UTF-8. */
  readonly text: string;
  /** How it came: to the address from somebody unknown, to the address with a way to answer, or as an answer. */
  readonly origin: "unknown" | "sender" | "answer";
  /** Whose answer it is, if that is known. */
  readonly answerOf?: string;
  /** Names a sender that can be answered, as long as its reply blocks last. */
  readonly sender?: string;
  /** Answers over the sender's reply blocks; missing if it gave none. */
  readonly reply?: (payload: Payload, options?: Pick<SendOptions, "deadline" | "lane" | "signal">) => Promise<Outcome>;
}

/** How a message is sent. */
export interface SendOptions {
  /** Reply blocks that travel with it, 0 to 500: the receiver can answer without learning the address. */
  replySurbs?: number;
  /** Milliseconds after which it is given up; by default 900,000. */
  deadline?: number;
  /** Messages of one lane leave in order; lanes share the line fairly. A whole number. */
  lane?: number;
  /** Who the recipient thinks it is from, where it can answer; never sent. */
  isolation?: string;
  /** The promise rejects; what has not left is taken back, unless a lane was given. */
  signal?: AbortSignal;
}

/** How a message has ended: whether each of its packets was acknowledged, and if not, why. */
export type Outcome =
  | {
    /** Each of its packets was. */
    readonly acknowledged: true;
    /** Packets it took. */
    readonly packets: number;
    /** Copies of packets that were sent again. */
    readonly retransmissions: number;
    /** Milliseconds until the last acknowledgement. */
    readonly elapsedMillis: number;
  }
  | {
    /** It may have arrived nevertheless. */
    readonly acknowledged: false;
    /** Why, for programs. */
    readonly reason: FailureReason;
    /** Why, for people. */
    readonly detail: string;
  };

/** As `org.cloakwork.api.FailureReason`. */
export type FailureReason = "DEADLINE" | "RETRANSMISSIONS" | "UNKNOWN_GATEWAY" | "UNKNOWN_SENDER" | "MESSAGE_SIZE"
  | "OUTBOX_FULL" | "LANE_CLOSED" | "CLOSED" | (string & {});

/** As of `fetch`, and when it is given up. */
export interface FetchInit extends RequestInit {
  /** Milliseconds for the whole call, its body included. */
  deadline?: number;
  /** Milliseconds without any byte after which the call ends. */
  stall?: number;
}

/** Decides when packets leave; as the engine's own strategies. Must answer at once. */
export interface CoverStrategy {
  /** Milliseconds until the next slot of the main stream, above 0; null: packets leave as soon as they are ready, uncovered. */
  untilNextSlot(link: Link): number | null;
  /** Milliseconds until the next loop cover packet, above 0; null: none. */
  untilNextLoop(link: Link): number | null;
}

/** What a cover strategy is told of the link to the gateway. */
export interface Link {
  /** Whether packets wait for it. */
  readonly congested: boolean;
  /** 0 to 5: how much congestion has lasted. */
  readonly level: number;
}

/** Where the network is looked up. */
export interface Topology {
  /** The network in the form of nym-client's `--custom-mixnet` file. */
  fetch(): Promise<object>;
}

/** Carries frames between the client and a gateway. */
export interface Transport {
  /** Opens a link; calls `closed` exactly once, last. URLs are to be tried in their order. */
  open(endpoint: { gateway: string; urls: string[] }, handler: LinkHandler): TransportLink;
}

/** Told what happens to a link. */
export interface LinkHandler {
  /** It is open: once, before any frame. */
  opened(): void;
  /** A frame has come: text or bytes, as of a websocket. */
  frame(frame: string | Uint8Array): void;
  /** It is closed, or could not be opened, for a reason that people can read. */
  closed(reason: string): void;
}

/** A link that was opened. */
export interface TransportLink {
  /** Sends a frame, after those before it. */
  send(frame: string | Uint8Array): void;
  /** Closes it. */
  close(): void;
}

/** Anything that keeps values by key, each whole or not at all: bytes of 48 KiB at most, and texts of some KiB. */
export interface KeyValueStorage {
  /** The value, or nothing. */
  get(key: string): Promise<Uint8Array | ArrayBuffer | string | null | undefined>;
  /** Writes a value: whole or not at all. */
  put(key: string, value: any): Promise<unknown>;
  /** Removes one, if it is there. */
  delete(key: string): Promise<unknown>;
  /** If it has that: resolves when all is durable. */
  sync?(): Promise<unknown>;
}

/** Keeps rows: each a table's name, a key and a value. */
export interface StateStore {
  /** Everything that is kept, in the form of commits: put together in any order. */
  rows(): Promise<Uint8Array>;
  /** Makes changes, all or none; resolves when they are durable. The form: `cloakwork/engine`. */
  commit(changes: Uint8Array): Promise<void>;
  /** Nothing more will be asked. */
  close?(): Promise<void>;
}

/** Any error of this package. */
export class CloakworkError extends Error {
  protected constructor();
  /** What went wrong, for programs. */
  readonly code: string;
}

/** It cannot be ready: `not-ready`, `unsupported`. */
export class ConnectError extends CloakworkError {}

/** `state-in-use`, `state-damaged`, `state-failed`. */
export class StateError extends CloakworkError {}

/** `bad-option`: a part that is not there, a key it does not know, an address that is none. */
export class OptionError extends CloakworkError {}

/** `closed`: the client was. */
export class ClosedError extends CloakworkError {}

/** Why a call of `fetch` failed; `code`: `bad-request`, `bad-option`, `deadline`, `stalled`, `connect`, `connection-lost`,
 * `truncated`, `protocol`, `too-large`, `encoding`, `redirect`, `too-many-requests`, `tls`, `closed`. What aborted a call
 * is thrown as it is. */
export class FetchError extends TypeError {
  protected constructor();
  /** What went wrong, for programs. */
  readonly code: string;
}
