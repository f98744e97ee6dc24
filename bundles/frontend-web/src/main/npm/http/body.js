import { FetchError, asFetchError } from "./fetch-error.js";
import { listOf, readHeaders } from "./head.js";

const PIECE = 65_536;
const MAX_SIZE_LINE = 1024;
const MAX_TRAILER_BYTES = 8192;
const MAX_TRAILERS = 64;
/** One step of inflating yields at most about a thousand times what it is given, and is not held back within. */
const INFLATE_PIECE = 4096;
const MAX_CODINGS = 2;

/**
 * How the body of an answer is framed: a function that gives its pieces and null after the last, and whether the
 * connection can carry another exchange after it.
 *
 * @param {import("./byte-source.js").ByteSource} source
 * @param {string} method of the request
 * @param {{ minor: number, status: number, headers: [string, string][] }} head
 * @returns {{ read: (() => Promise<Uint8Array | null>) | null, reusable: boolean }} `read` is null when there is no
 *     body
 */
export function framing(source, method, head) {
  const options = listOf(head.headers, "connection");
  let reusable = head.minor === 1 ? !options.includes("close") : options.includes("keep-alive");
  if (method === "HEAD" || head.status === 204 || head.status === 304) {
    return { read: null, reusable };
  }
  const codings = listOf(head.headers, "transfer-encoding");
  if (codings.length > 0) {
    if (codings.length > 1 || codings[0] !== "chunked" || head.minor === 0) {
      throw new FetchError("protocol", `a transfer coding that was not asked for: ${codings.join(", ").slice(0, 80)}`);
    }
    reusable &&= !head.headers.some(([name]) => name === "content-length");
    return { read: chunks(source), reusable };
  }
  const lengths = new Set(listOf(head.headers, "content-length"));
  if (lengths.size === 0) {
    return { read: () => source.read(PIECE), reusable: false };
  }
  const [length] = lengths;
  if (lengths.size > 1 || !/^[0-9]{1,15}$/.test(length)) {
    throw new FetchError("protocol", "the answer's content-length is not one number");
  }
  return Number(length) === 0 ? { read: null, reusable } : { read: counted(source, Number(length)), reusable };
}

function counted(source, length) {
  let left = length;
  return async () => {
    if (left === 0) {
      return null;
    }
    const piece = await source.read(Math.min(left, PIECE));
    if (piece === null) {
      throw new FetchError("truncated", `the body ended ${left} bytes before its length of ${length}`);
    }
    left -= piece.length;
    return piece;
  };
}

function chunks(source) {
  let left = 0;
  let first = true;
  return async () => {
    if (left === 0) {
      if (!first && await source.line(MAX_SIZE_LINE, "the end of a chunk") !== "") {
        throw new FetchError("protocol", "a chunk is longer than its size");
      }
      first = false;
      const line = await source.line(MAX_SIZE_LINE, "the size of a chunk");
      if (line === null) {
        throw new FetchError("truncated", "the body ended before its last chunk");
      }
      const size = /^([0-9A-Fa-f]{1,12})[ \t]*(?:;.*)?$/.exec(line);
      if (size === null) {
        throw new FetchError("protocol", "the size of a chunk is not a number");
      }
      left = Number.parseInt(size[1], 16);
      if (left === 0) {
        await readHeaders(source, MAX_TRAILER_BYTES, MAX_TRAILERS, "the trailer");
        return null;
      }
    }
    const piece = await source.read(Math.min(left, PIECE));
    if (piece === null) {
      throw new FetchError("truncated", "the body ended within a chunk");
    }
    left -= piece.length;
    return piece;
  };
}

/**
 * The content of a body: what it was before its content codings.
 *
 * @param {ReadableStream<Uint8Array>} body
 * @param {[string, string][]} headers
 * @returns {ReadableStream<Uint8Array>}
 */
export function decoded(body, headers) {
  const codings = listOf(headers, "content-encoding").filter((coding) => coding !== "identity");
  if (codings.length > MAX_CODINGS) {
    throw new FetchError("encoding", `more than ${MAX_CODINGS} content codings`);
  }
  return codings.reduceRight(inflated, body);
}

/** The coding that DecompressionStream knows; `deflate` comes with zlib's two bytes before it or, from some, bare. */
function format(coding, piece) {
  if (coding === "deflate") {
    return (piece[0] & 0x0f) === 8 && piece[0] >> 4 <= 7 ? "deflate" : "deflate-raw";
  }
  if (coding === "gzip" || coding === "x-gzip") {
    return "gzip";
  }
  throw new FetchError("encoding", `the answer is coded as ${JSON.stringify(coding)}, which was not asked for`);
}

function inflated(body, coding) {
  format(coding, [0]);
  const from = body.getReader();
  let inflater = null;
  let broken = null;

  async function next() {
    try {
      return (await from.read()).value;
    } catch (error) {
      broken = { error };
      throw error;
    }
  }

  async function feed(first) {
    const writer = inflater.writable.getWriter();
    try {
      for (let piece = first; piece !== undefined; piece = await next()) {
        for (let at = 0; at < piece.length; at += INFLATE_PIECE) {
          await writer.ready;
          await writer.write(piece.subarray(at, at + INFLATE_PIECE));
        }
      }
      await writer.close();
    } catch (error) {
      writer.abort(error).catch(() => {});
      from.cancel(error).catch(() => {});
    }
  }

  return new ReadableStream({
    async pull(controller) {
      if (inflater === null) {
        const first = await next();
        if (first === undefined) {
          controller.close();
          return;
        }
        const stream = new DecompressionStream(format(coding, first));
        inflater = { writable: stream.writable, reader: stream.readable.getReader() };
        feed(first);
      }
      let piece;
      try {
        piece = await inflater.reader.read();
      } catch (error) {
        throw broken === null ? asFetchError("encoding", "the body does not decode", error) : broken.error;
      }
      if (piece.done) {
        controller.close();
      } else {
        controller.enqueue(piece.value);
      }
    },
    cancel(reason) {
      inflater?.reader.cancel(reason).catch(() => {});
      return from.cancel(reason);
    },
  }, new ByteLengthQueuingStrategy({ highWaterMark: PIECE }));
}
