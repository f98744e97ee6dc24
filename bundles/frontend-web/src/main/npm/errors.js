/** Any error of this package. */
export class CloakworkError extends Error {
  constructor(code, message, options) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** It cannot be ready. */
export class ConnectError extends CloakworkError {}

/** The state cannot be had, read or written. */
export class StateError extends CloakworkError {}

/** An option is wrong. */
export class OptionError extends CloakworkError {}

/** The client was closed. */
export class ClosedError extends CloakworkError {}

const BY_NAME = { CloakworkError, ConnectError, StateError, OptionError, ClosedError };

/** As what travels between threads. */
export const flatten = (e) => ({ name: e?.name ?? 'Error', code: e?.code, message: e?.message ?? String(e) });

/** What `flatten` has made, as an error again. */
export function revive({ name, code, message }) {
  const type = BY_NAME[name];
  if (type) {
    return new type(code, message);
  }
  return name === 'AbortError' ? new DOMException(message, name) : new CloakworkError(code ?? 'failed', message);
}
