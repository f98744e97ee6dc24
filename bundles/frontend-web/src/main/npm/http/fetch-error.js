/**
 * Why a fetch failed. A `TypeError`, as `fetch` throws, with a `code` that programs may compare:
 *
 * | code | meaning |
 * |---|---|
 * | `bad-request` | the request cannot be sent: its scheme, its method, a header, a body that cannot be sent again |
 * | `deadline` | the call did not end within `deadline` milliseconds |
 * | `stalled` | nothing arrived for `stall` milliseconds while something was awaited |
 * | `connect` | no connection to the host through the exit |
 * | `connection-lost` | the connection ended before the answer, or refused what was sent |
 * | `truncated` | the body ended before its length or its last chunk |
 * | `protocol` | what came is not HTTP/1.x |
 * | `too-large` | a head, a line, a chunk's size line or a trailer over its limit |
 * | `encoding` | a content coding that was not asked for, or content that does not decode |
 * | `redirect` | a redirect where none is allowed, too many, to another scheme, or from https to http |
 * | `too-many-requests` | more requests wait than `maxWaiting` |
 * | `tls` | the certificate is not good for the name, or the handshake failed |
 * | `closed` | the client was closed |
 * | `bad-option` | the client has no exit |
 */
export class FetchError extends TypeError {
  /**
   * @param {string} code one of the table above
   * @param {string} message what went wrong, without the path and query of the URL
   * @param {unknown} [cause] what was caught
   */
  constructor(code, message, cause) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "FetchError";
    this.code = code;
  }
}

/** What is thrown on: our own errors as they are, anything else as one of ours with this code. */
export function asFetchError(code, message, caught) {
  return caught instanceof FetchError ? caught
    : new FetchError(code, `${message}: ${caught?.message ?? caught}`, caught);
}
