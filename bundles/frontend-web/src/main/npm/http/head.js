import { FetchError } from "./fetch-error.js";

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9][0-9]{2})(?: ([\t\x20-\x7e\x80-\xff]*))?$/;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const MAX_INTERIM_ANSWERS = 16;
const SWITCHING_PROTOCOLS = 101;

/**
 * What every request carries beside the headers of its caller: nothing that tells one client from another.
 * A header of the caller with the same name takes its place.
 */
const COMMON_HEADERS = [
  ["accept", "*/*"],
  ["accept-encoding", "gzip, deflate"],
  ["user-agent", "Mozilla/5.0"],
];

/** Headers that say how the message is carried, which is not the caller's to say. */
const OURS = new Set(["connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te",
  "trailer", "transfer-encoding", "upgrade"]);

/**
 * The head of a request, ready to be sent.
 *
 * @param {string} method
 * @param {URL} url
 * @param {[string, string][]} headers of the caller
 * @param {number | "chunked" | null} length of the body in bytes; null when there is no body
 * @returns {Uint8Array}
 */
export function requestHead(method, url, headers, length) {
  const lines = [`${method} ${url.pathname}${url.search} HTTP/1.1`, `host: ${url.host}`];
  const given = new Set();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    if (OURS.has(key)) {
      continue;
    }
    if (!TOKEN.test(key) || !VALUE.test(value)) {
      throw new FetchError("bad-request", `a header that cannot be sent: ${JSON.stringify(name)}`);
    }
    given.add(key);
    lines.push(`${key}: ${value}`);
  }
  for (const [name, value] of COMMON_HEADERS) {
    if (!given.has(name)) {
      lines.push(`${name}: ${name === "accept-encoding" && given.has("range") ? "identity" : value}`);
    }
  }
  if (length === "chunked") {
    lines.push("transfer-encoding: chunked");
  } else if (length !== null) {
    lines.push(`content-length: ${length}`);
  } else if (method === "POST" || method === "PUT" || method === "PATCH") {
    lines.push("content-length: 0");
  }
  return Uint8Array.from(`${lines.join("\r\n")}\r\n\r\n`, (character) => character.charCodeAt(0));
}

/**
 * Reads the head of the answer; interim answers (1xx) are passed over.
 *
 * @param {import("./byte-source.js").ByteSource} source
 * @param {{ maxHeadBytes: number, maxHeaders: number }} limits
 * @returns {Promise<{ minor: number, status: number, statusText: string, headers: [string, string][] } | null>}
 *     names in lower case; null when the stream ended before the first byte
 */
export async function readAnswerHead(source, limits) {
  for (let interim = 0; interim <= MAX_INTERIM_ANSWERS; interim++) {
    const line = await source.line(limits.maxHeadBytes, "the status line");
    if (line === null) {
      return null;
    }
    const match = STATUS_LINE.exec(line);
    if (match === null) {
      throw new FetchError("protocol", "the answer does not begin with a status line of HTTP/1.x");
    }
    const left = limits.maxHeadBytes - line.length;
    const headers = await readHeaders(source, left, limits.maxHeaders, "the head of the answer");
    const status = Number(match[2]);
    if (status === SWITCHING_PROTOCOLS) {
      throw new FetchError("protocol", "the server switched to a protocol that was not asked for");
    }
    if (status >= 200) {
      return { minor: Number(match[1]), status, statusText: match[3] ?? "", headers };
    }
  }
  throw new FetchError("protocol", `more than ${MAX_INTERIM_ANSWERS} interim answers`);
}

/**
 * Header lines up to the empty one, also those after the last chunk.
 *
 * @param {number} maxBytes of all lines together
 * @returns {Promise<[string, string][]>}
 */
export async function readHeaders(source, maxBytes, maxHeaders, what) {
  const headers = [];
  let left = maxBytes;
  for (;;) {
    const line = left > 0 ? await source.line(left, what) : tooLarge(what, maxBytes);
    if (line === null) {
      throw new FetchError("connection-lost", `the connection ended within ${what}`);
    }
    if (line === "") {
      return headers;
    }
    left -= line.length + 2;
    if (/^[ \t]/.test(line) && headers.length > 0) {
      headers.at(-1)[1] += ` ${trimmed(line, what)}`;
      continue;
    }
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0));
    if (!TOKEN.test(name)) {
      throw new FetchError("protocol", `a line of ${what} is not a header`);
    }
    if (headers.length >= maxHeaders) {
      throw new FetchError("too-large", `${what} has more than ${maxHeaders} headers`);
    }
    headers.push([name.toLowerCase(), trimmed(line.slice(colon + 1), what)]);
  }
}

function trimmed(text, what) {
  const value = text.replace(/^[ \t]+|[ \t]+$/g, "");
  if (!VALUE.test(value)) {
    throw new FetchError("protocol", `a header of ${what} has a control character`);
  }
  return value;
}

function tooLarge(what, maxBytes) {
  throw new FetchError("too-large", `${what} is longer than ${maxBytes} bytes`);
}

/** The values of a list header, in lower case, over all its lines. */
export function listOf(headers, name) {
  return headers.filter(([key]) => key === name).flatMap(([, value]) => value.split(","))
    .map((value) => value.trim().toLowerCase()).filter((value) => value !== "");
}
