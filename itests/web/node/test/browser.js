// Chromium without a window, driven over its DevTools protocol.
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

/** Nothing of the browser's own is to leave the machine either. */
const ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
  "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-domain-reliability",
  "--disable-client-side-phishing-detection", "--disable-breakpad", "--metrics-recording-only", "--no-pings",
  "--disable-features=OptimizationHints,MediaRouter,Translate,AutofillServerCommunication,CertificateTransparencyComponentUpdater,DisableLoadExtensionCommandLineSwitch",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost", "--remote-debugging-port=0"];

/** Starts a browser; it ends with the test. `folder` has its profile and `net.json`, all that it did on the network. */
export async function browser(t, { folder, args = [] } = {}) {
  const profile = folder ?? fs.mkdtempSync(path.join(os.tmpdir(), "cloakwork-chromium-"));
  const netLog = path.join(profile, "net.json");
  const child = spawn(process.env.CLOAKWORK_CHROMIUM ?? "chromium",
    [...ARGUMENTS, `--user-data-dir=${profile}`, `--log-net-log=${netLog}`, ...args, "about:blank"],
    { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(child, "exit");
  // Its other processes write there, too: they have all ended.
  const gone = once(child, "close");
  const address = await new Promise((resolve, reject) => {
    createInterface(child.stderr).on("line", (line) => {
      const match = /DevTools listening on (ws:\S+)/.exec(line);
      if (match) {
        resolve(match[1]);
      }
    });
    child.on("error", reject);
    ended.then(([code]) => reject(new Error(`chromium ended with ${code}`)));
  });
  const connection = await Connection.open(address);
  const close = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      await connection.send("Browser.close").catch(() => child.kill());
    }
    await ended;
  };
  t.after(async () => {
    await close();
    if (!folder) {
      fs.rmSync(profile, { recursive: true, force: true });
    }
  });
  return {
    connection, close,
    /** As when the machine's memory ran out. */
    async kill() {
      child.kill("SIGKILL");
      await gone;
    },
    page: (url) => Page.open(connection, url),
    /** To whom it opened a connection or sent anything, once it is closed. */
    peers: () => peersOf(JSON.parse(fs.readFileSync(netLog, "utf8"))),
    /** What is done between is traced; gives the events. */
    async traced(categories, action) {
      const events = [];
      const forget = connection.on("Tracing.dataCollected", ({ value }) => events.push(...value));
      await connection.send("Tracing.start", { traceConfig: { includedCategories: categories }, transferMode: "ReportEvents" });
      try {
        await action();
      } finally {
        const complete = connection.once("Tracing.tracingComplete");
        await connection.send("Tracing.end");
        await complete;
        forget();
      }
      return events;
    },
  };
}

/** A socket of UDP that is connected and sends nothing is a question to this machine's own routes. */
function peersOf({ constants, events }) {
  const of = (name) => events.filter(({ type }) => type === constants.logEventTypes[name]);
  const sent = new Set(of("UDP_BYTES_SENT").map(({ source }) => source.id));
  return [...of("TCP_CONNECT_ATTEMPT"), ...of("UDP_CONNECT").filter(({ source }) => sent.has(source.id))]
    .flatMap(({ params }) => params?.address ?? []);
}

class Connection {
  #socket;
  #last = 0;
  #calls = new Map();
  #listeners = new Set();

  static async open(address) {
    const socket = new WebSocket(address);
    await once(socket, "open");
    return new Connection(socket);
  }

  constructor(socket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const { id, error, result, method, params, sessionId } = JSON.parse(data);
      if (id !== undefined) {
        const { resolve, reject } = this.#calls.get(id);
        this.#calls.delete(id);
        error ? reject(new Error(error.message)) : resolve(result);
      } else {
        this.#listeners.forEach((listener) => listener(method, params, sessionId));
      }
    });
    socket.addEventListener("close", () => this.#calls.forEach(({ reject }) => reject(new Error("the browser is gone"))));
  }

  send(method, params = {}, sessionId = undefined) {
    const id = ++this.#last;
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return new Promise((resolve, reject) => this.#calls.set(id, { resolve, reject }));
  }

  on(name, action, session = undefined) {
    const listener = (method, params, sessionId) => {
      if (method === name && (session === undefined || session === sessionId)) {
        action(params, sessionId);
      }
    };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  once(name, session = undefined) {
    return new Promise((resolve) => {
      const forget = this.on(name, (params) => {
        forget();
        resolve(params);
      }, session);
    });
  }
}

class Page {
  /** What the page and its workers wrote to the console, and what they threw and nobody caught. */
  complaints = [];
  #connection;
  #session;
  #target;

  static async open(connection, url) {
    const { targetId } = await connection.send("Target.createTarget", { url: "about:blank" });
    const page = await Page.attach(connection, targetId);
    await page.send("Page.enable");
    await page.goto(url);
    return page;
  }

  static async attach(connection, targetId) {
    const { sessionId } = await connection.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(connection, sessionId, targetId);
    await page.#watch(sessionId);
    return page;
  }

  constructor(connection, session, target) {
    this.#connection = connection;
    this.#session = session;
    this.#target = target;
  }

  get target() {
    return this.#target;
  }

  send(method, params) {
    return this.#connection.send(method, params, this.#session);
  }

  async #watch(session) {
    const complain = (what) => this.complaints.push(what);
    this.#connection.on("Runtime.exceptionThrown", ({ exceptionDetails: { exception, text } }) =>
      complain(exception?.description ?? text), session);
    this.#connection.on("Runtime.consoleAPICalled", ({ type, args }) => {
      if (type === "error" || type === "warning" || type === "assert") {
        complain(args.map(({ value, description }) => value ?? description).join(" "));
      }
    }, session);
    this.#connection.on("Log.entryAdded", ({ entry }) => {
      if (entry.level === "error" || entry.level === "warning") {
        complain(`${entry.text} ${entry.url ?? ""}`);
      }
    }, session);
    this.#connection.on("Target.attachedToTarget", ({ sessionId, targetInfo }) => {
      if (targetInfo.type === "worker") {
        this.#watch(sessionId);
      }
    }, session);
    await Promise.all(["Runtime.enable", "Log.enable"].map((method) => this.#connection.send(method, {}, session)
      .catch(() => {})));
    await this.#connection.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: true },
      session).catch(() => {});
  }

  async goto(url) {
    const loaded = this.#connection.once("Page.loadEventFired", this.#session);
    await this.send("Page.navigate", { url });
    await loaded;
  }

  async reload() {
    const loaded = this.#connection.once("Page.loadEventFired", this.#session);
    await this.send("Page.reload");
    await loaded;
  }

  /** Runs a function in the page, with arguments that JSON can say, and gives what it gives. */
  async run(action, ...args) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
      expression: `(${action})(...${JSON.stringify(args)})`, awaitPromise: true, returnByValue: true, userGesture: true,
    });
    if (exceptionDetails) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  }

  /** Gives the page a function of that name, which tells a text here. */
  async notices(name, action) {
    this.#connection.on("Runtime.bindingCalled", ({ name: called, payload }) => {
      if (called === name) {
        action(payload);
      }
    }, this.#session);
    await this.send("Runtime.addBinding", { name });
  }

  /** Waits until a function of the page gives something true: told by the page's own changes, not by a clock. */
  until(condition, ...args) {
    return this.run(`async (...args) => {
      const holds = ${condition};
      for (;;) {
        const value = await holds(...args);
        if (value) {
          return value;
        }
        await new Promise((resolve) => {
          const observer = new MutationObserver(() => {
            observer.disconnect();
            resolve();
          });
          observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
        });
      }
    }`, ...args);
  }

  async screenshot(file, { width, height, dark = false }) {
    await this.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
    await this.send("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }],
    });
    const { data } = await this.send("Page.captureScreenshot", { format: "png" });
    fs.writeFileSync(file, Buffer.from(data, "base64"));
  }

  close() {
    return this.#connection.send("Target.closeTarget", { targetId: this.#target });
  }
}
