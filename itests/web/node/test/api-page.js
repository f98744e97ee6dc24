// The package's types as TypeDoc shows them, on one page. `node ../../node/test/api-page.js`, in itests/web/target/node,
// writes docs/web-api.md.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

const WHERE = "<!-- Made by TypeDoc of bundles/frontend-web/src/main/npm/index.d.ts: itests/web/node/test/api-page.js -->\n\n";
const TYPES = "index.d.ts";
const OPTIONS = {
  plugin: ["typedoc-plugin-markdown"], entryPoints: [TYPES], out: "out", name: "The package cloakwork", readme: "none",
  router: "module", entryFileName: "page", hidePageHeader: true, hideBreadcrumbs: true, hideGroupHeadings: true,
  sort: ["source-order"], groupOrder: ["Functions", "Interfaces", "Type Aliases", "Classes"],
  parametersFormat: "table", interfacePropertiesFormat: "table", classPropertiesFormat: "table",
  typeDeclarationFormat: "table", expandParameters: true,
  tableColumnSettings: { hideInherited: true, hideModifiers: true, hideOverrides: true, hideSources: true },
  disableSources: true, excludeExternals: true, excludeProtected: true,
  // What has no comment is a fault.
  validation: { notDocumented: true, notExported: true, invalidLink: true }, treatWarningsAsErrors: true,
};
const COMPILER = { strict: true, types: [], target: "es2022", module: "nodenext", moduleResolution: "nodenext",
  lib: ["es2024", "dom", "dom.asynciterable", "esnext.disposable"] };

/** The page of a file of types; throws what TypeDoc complains of. */
export function apiPage(types) {
  const folder = fs.mkdtempSync(path.resolve("api-"));
  try {
    fs.copyFileSync(types, path.join(folder, TYPES));
    fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "cloakwork" }));
    fs.writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: COMPILER, files: [TYPES] }));
    fs.writeFileSync(path.join(folder, "typedoc.json"), JSON.stringify(OPTIONS));
    const ran = spawnSync(process.execPath, [path.resolve("node_modules/typedoc/bin/typedoc")],
      { cwd: folder, encoding: "utf8", timeout: 120_000 });
    if (ran.status !== 0) {
      throw new Error(`typedoc ended with ${ran.status ?? ran.signal}: ${ran.stdout}${ran.stderr}`);
    }
    return WHERE + fs.readFileSync(path.join(folder, "out", "page.md"), "utf8");
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const npm = path.resolve(import.meta.dirname, "../../../../bundles/frontend-web/src/main/npm");
  fs.writeFileSync(path.resolve(import.meta.dirname, "../../../../docs/web-api.md"), apiPage(path.join(npm, TYPES)));
}
