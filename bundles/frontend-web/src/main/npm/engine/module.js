// Loads the module that TeaVM 0.16 has compiled. TeaVM's own loader makes functions from text, which a page with
// `script-src 'self' 'wasm-unsafe-eval'` forbids; here is what this module asks for, and nothing is made from text.

const javaException = Symbol('javaException');
const javaObject = Symbol('javaObject');
const wrapping = Symbol('wrapping');

/** What the module throws that is not of JavaScript. */
export class EngineException extends Error {
  constructor(exports, exception) {
    super();
    this[javaException] = exception;
    Object.defineProperty(this, 'message', {
      configurable: true,
      get: () => {
        const text = exports['teavm.exceptionMessage'](exception);
        return text == null ? '' : exports['teavm.stringToJs'](text);
      },
    });
    exports['teavm.setJsException'](exception, this);
  }
}

/** A global of the host, by its name with dots. */
function global(name) {
  let value = globalThis;
  for (const part of name.split('.')) {
    value = value[part];
  }
  return value;
}

/** The few functions that the module has as text. */
function knownFunction(parameters, body) {
  const text = body.replace(/^\s+|[;\s]+$/g, '');
  for (let i = 0; i < parameters.length; i++) {
    if (text === `return ${parameters[i]}`) {
      return (...args) => args[i];
    }
    if (text === `return ${parameters[i]}.toString()`) {
      return (...args) => args[i].toString();
    }
    if (text === `return typeof ${parameters[i]}=='undefined'`) {
      return (...args) => args[i] === undefined;
    }
    if (text === `return console.warn(${parameters[i]})` || text === `console.warn(${parameters[i]})`) {
      return (...args) => console.warn(args[i]);
    }
  }
  throw new Error(`the module asks for a function that the loader does not know: ${parameters}: ${body}`);
}

const identity = (value) => value;

function jso(context, stringBuiltins) {
  const wrappers = new WeakMap();
  const javaWrappers = new WeakMap();
  const hashCodes = new WeakMap();
  let lastHashCode = 1;

  const asJava = (e) => {
    const thrown = e instanceof Object && javaException in e ? e[javaException]
      : context.exports['teavm.js.wrapException'](e);
    context.exports['teavm.js.throwException'](thrown);
    throw e;
  };
  const asJs = (e) => {
    const tag = context.exports['teavm.javaException'];
    if (e instanceof WebAssembly.Exception && e.is(tag)) {
      const exception = e.getArg(tag, 0);
      throw context.exports['teavm.js.extractException'](exception)
        ?? context.exports['teavm.getJsException'](exception) ?? new EngineException(context.exports, exception);
    }
    throw e;
  };
  const fromJava = (call) => (...args) => {
    try {
      return call(...args);
    } catch (e) {
      return asJava(e);
    }
  };
  const toJava = (call) => function (...args) {
    try {
      return call(...args);
    } catch (e) {
      return asJs(e);
    }
  };
  const toJavaMethod = (call) => function (...args) {
    try {
      return call(this, ...args);
    } catch (e) {
      return asJs(e);
    }
  };

  const imports = {
    stringBuiltinsSupported: () => (stringBuiltins ? 1 : 0),
    isUndefined: (value) => (value === undefined ? 1 : 0),
    emptyArray: () => [],
    appendToArray: (array, element) => array.push(element),
    unwrapBoolean: (value) => (value ? 1 : 0),
    wrapBoolean: (value) => !!value,
    getProperty: fromJava((object, name) => (object === null ? global(name) : object[name])),
    setProperty: (object, name, value) => { object[name] = value; },
    setPropertyPure: (object, name, value) => { object[name] = value; },
    global: fromJava(global),
    createClass(name, parent, constructor) {
      const type = function (marker, object) {
        if (marker !== wrapping) {
          throw new Error('made by the engine only');
        }
        if (parent === null) {
          this[javaObject] = object;
        } else {
          parent.call(this, object);
        }
      };
      type.prototype = Object.create(parent ? parent.prototype : Object.prototype);
      type.prototype.constructor = type;
      const bound = function (object) {
        return type.call(this, wrapping, object);
      };
      bound[wrapping] = type;
      bound.prototype = type.prototype;
      return bound;
    },
    exportClass: (type) => type[wrapping],
    defineMethod(type, name, call) {
      type.prototype[name] = toJavaMethod(call);
    },
    defineStaticMethod(type, name, call) {
      // A function's own name, say, cannot be assigned.
      Object.defineProperty(type, name, { value: toJava(call), configurable: true });
    },
    defineFunction: toJava,
    defineProperty(type, name, get, set) {
      Object.defineProperty(type.prototype, name, { get: toJavaMethod(get), set: set && toJavaMethod(set) });
    },
    defineStaticProperty(type, name, get, set) {
      Object.defineProperty(type, name, { get: toJava(get), set: set && toJava(set) });
    },
    javaObjectToJS(object, type) {
      if (object === null) {
        return null;
      }
      const known = wrappers.get(object)?.deref();
      if (known !== undefined) {
        return known;
      }
      const wrapper = new type(object);
      wrappers.set(object, new WeakRef(wrapper));
      return wrapper;
    },
    unwrapJavaObject: (wrapper) => wrapper[javaObject],
    asFunction: (object, name) => (object == null ? null : object[name].bind(object)),
    functionAsObject: (call, name) => (call == null ? null : { [name]: toJava(call) }),
    wrapObject(value) {
      if (value === null) {
        return null;
      }
      const keeps = typeof value === 'object' || typeof value === 'function';
      if (keeps && typeof value[javaObject] === 'object') {
        return value[javaObject];
      }
      const known = keeps ? javaWrappers.get(value)?.deref() : undefined;
      if (known !== undefined) {
        return known;
      }
      const wrapper = context.exports['teavm.jso.createWrapper'](value);
      if (keeps) {
        javaWrappers.set(value, new WeakRef(wrapper));
      }
      return wrapper;
    },
    isPrimitive: (value, type) => (typeof value === type || value === null ? 1 : 0),
    instanceOf: (value, type) => (value instanceof type ? 1 : 0),
    instanceOfOrNull: (value, type) => (value === null || value instanceof type ? 1 : 0),
    sameRef: (one, other) => (one === other ? 1 : 0),
    hashCode(value) {
      if (typeof value === 'object' || typeof value === 'function') {
        if (!hashCodes.has(value)) {
          hashCodes.set(value, lastHashCode++);
        }
        return hashCodes.get(value);
      }
      return typeof value === 'number' ? value | 0 : 0;
    },
    apply: fromJava((object, name, args) => (object === null ? global(name)(...args) : object[name](...args))),
    concatArray: (one, other) => [...one, ...other],
    getJavaException: (e) => e[javaException],
    getJSException: (exception) => context.exports['teavm.getJsException'](exception),
    jsExports: () => context.userExports,
  };
  for (const type of ['Byte', 'Short', 'Char', 'Int', 'Long', 'Float', 'Double']) {
    imports[`wrap${type}`] = identity;
    imports[`unwrap${type}`] = identity;
  }
  const callMethod = fromJava((object, name, ...args) =>
    (object === null ? global(name)(...args) : object[name](...args)));
  const callFunction = fromJava((call, ...args) => call(...args));
  const construct = fromJava((type, ...args) => new type(...args));
  for (let i = 0; i < 32; i++) {
    imports[`createFunction${i}`] = (...args) => fromJava(knownFunction(args.slice(0, i), args[i]));
    imports[`bindFunction${i}`] = (call, ...args) => call.bind(null, ...args);
    imports[`callFunction${i}`] = callFunction;
    imports[`callMethod${i}`] = callMethod;
    imports[`construct${i}`] = construct;
    imports[`arrayOf${i}`] = (...elements) => elements;
  }
  return imports;
}

function core(context) {
  const collected = new FinalizationRegistry(({ reference, queue }) => {
    context.exports['teavm.reportGarbageCollectedValue'](queue, reference);
  });
  return {
    createWeakRef(value, reference, queue) {
      if (queue !== null) {
        collected.register(value, { reference, queue });
      }
      return new WeakRef(value);
    },
    deref: (reference) => reference.deref() ?? null,
    createStringWeakRef: (value) => new WeakRef(value),
    stringDeref: (reference) => reference.deref(),
    takeStackTrace: () => ({ getStack: () => [] }),
    decorateException: (exception) => { new EngineException(context.exports, exception); },
  };
}

const js_string = {
  fromCharCode: (code) => String.fromCharCode(code),
  fromCharCodeArray: () => { throw new Error('not supported'); },
  intoCharCodeArray: () => { throw new Error('not supported'); },
  concat: (one, other) => one + other,
  charCodeAt: (text, index) => text.charCodeAt(index),
  length: (text) => text.length,
  substring: (text, from, to) => text.substring(from, to),
};

const missing = (name) => () => { throw new Error(`the loader has no ${name}`); };

/** @param {BufferSource | WebAssembly.Module} source bytes of a module, or what was compiled from them */
export const compiled = async (source) => source instanceof WebAssembly.Module ? source
  : WebAssembly.compile(source, { builtins: ['js-string'] });

/**
 * @param {BufferSource | WebAssembly.Module} source bytes of the module, or what was compiled from them
 * @returns {Promise<{start: Function}>} what it exports
 */
export async function load(source) {
  const module = await compiled(source);
  // What the runtime itself gives is not asked for.
  const stringBuiltins = !WebAssembly.Module.imports(module).some((each) => each.module === 'wasm:js-string');
  const context = { exports: null, userExports: {} };
  const [requirements] = WebAssembly.Module.customSections(module, 'teavm.memoryRequirements');
  const { min = 1, dataSize = 0 } = requirements ? JSON.parse(new TextDecoder().decode(requirements)) : {};
  const memory = new WebAssembly.Memory({ initial: Math.max(min, 1), maximum: 32768 });
  const groups = {
    env: { memory },
    teavm: core(context),
    teavmJso: jso(context, stringBuiltins),
    teavmMath: Math,
    teavmDate: {
      currentTimeMillis: () => Date.now(),
      dateToString: (millis) => new Date(millis).toString(),
    },
    'wasm:js-string': js_string,
    teavmConsole: { putcharStderr: () => {}, putcharStdout: () => {} },
    teavmMemory: {
      linearMemory: () => memory.buffer,
      notifyHeapResized: () => {},
      heapOffset: new WebAssembly.Global({ value: 'i32', mutable: false }, (dataSize + 7) & ~7),
      maxSize: new WebAssembly.Global({ value: 'i32', mutable: false }, 0x7fffffff),
    },
  };
  const imports = {};
  for (const { module: group, name, kind } of WebAssembly.Module.imports(module)) {
    imports[group] ??= {};
    const value = groups[group]?.[name];
    if (value !== undefined || kind !== 'function') {
      imports[group][name] = value;
    } else {
      imports[group][name] = missing(`${group}.${name}`);
    }
  }
  const instance = await WebAssembly.instantiate(module, imports);
  context.exports = instance.exports;
  return Object.fromEntries(Object.entries(instance.exports)
    .filter(([, value]) => value instanceof WebAssembly.Global).map(([name, value]) => [name, value.value]));
}
