// Writes the configuration of a bare workerd for a worker and the package beside it: node workerd.mjs [WORKER] > edge.capnp
import fs from "node:fs";
import path from "node:path";

const [worker = "worker.js"] = process.argv.slice(2);
const KINDS = { ".js": "esModule", ".wasm": "wasm" };
// Bundlers find what is needed; workerd is told of all that may be. What only browsers and Node can load stays out.
const NOT_HERE = /^(node|index|platform-.*|worker.*|state\/(file|indexeddb))\.js$/;

const folder = "node_modules/cloakwork";
const modules = fs.readdirSync(folder, { recursive: true }).sort()
  .filter((file) => KINDS[path.extname(file)] && !NOT_HERE.test(file))
  .map((file) => [`cloakwork/${file === "edge.js" ? "edge" : file}`, KINDS[path.extname(file)], path.join(folder, file)]);
const all = [["worker.js", "esModule", worker], ...modules];

process.stdout.write(`using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "outside", network = (allow = ["public", "private", "local"])),
    (name = "state", disk = (writable = true))
  ],
  sockets = [(name = "http", http = (), service = "main")]
);

const main :Workerd.Worker = (
  compatibilityDate = "2026-10-01",
  globalOutbound = "outside",
  bindings = [
    (name = "MIXNET", durableObjectNamespace = "Mixnet"),
    (name = "DIRECTORY", fromEnvironment = "DIRECTORY"),
    (name = "EXIT", fromEnvironment = "EXIT"),
    (name = "PEER", fromEnvironment = "PEER")
  ],
  durableObjectNamespaces = [(className = "Mixnet", uniqueKey = "cloakwork", enableSql = true)],
  durableObjectStorage = (localDisk = "state"),
  modules = [
${all.map(([name, kind, file]) => `    (name = ${JSON.stringify(name)}, ${kind} = embed ${JSON.stringify(file)})`).join(",\n")}
  ]
);
`);
