// Bundles the console's scripts and styles into the Python package, with hashed names.
//
// Hashed names let the server mark every asset immutable; manifest.json tells the templates which
// file stands for which entry point.
import { build } from "esbuild";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "src", "parakh", "web", "static", "built");

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const result = await build({
  absWorkingDir: here,
  entryPoints: ["src/main.ts", "src/wall.ts", "src/gate.ts", "src/graph.ts", "src/map.ts", "src/control.ts", "src/trends.ts", "src/vetting.ts", "src/goods.ts", "src/rule-editor.ts", "src/examination.ts", "src/tablet-worker.ts", "src/passkey.ts", "styles/main.css"],
  outdir: out,
  bundle: true,
  minify: true,
  sourcemap: "linked",
  splitting: true,
  format: "esm",
  target: ["chrome111", "firefox115", "safari16.4"],
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  loader: { ".woff2": "file" },
  metafile: true,
  legalComments: "linked",
  logLevel: "warning",
});

// The fonts' licences ask that their texts go with every copy.
for (const name of ["inter", "vazirmatn"]) {
  const font = join(here, "node_modules", "@fontsource-variable", name, "LICENSE");
  await copyFile(font, join(out, `${name}-LICENSE.txt`));
}
// So does CodeMirror's (MIT), whose packages have it once each, all the same.
const editor = join(here, "node_modules", "@codemirror", "view", "LICENSE");
await copyFile(editor, join(out, "codemirror-LICENSE.txt"));
// And those of the map's shapes and of what draws them (ISC).
for (const name of ["world-atlas", "topojson-client", "d3-geo"]) {
  await copyFile(join(here, "node_modules", name, "LICENSE"), join(out, `${name}-LICENSE.txt`));
}

const manifest = {};
for (const [file, { entryPoint }] of Object.entries(result.metafile.outputs)) {
  if (entryPoint) {
    const extension = entryPoint.endsWith(".css") ? ".css" : ".js";
    manifest[basename(entryPoint).replace(/\.[a-z]+$/, extension)] = basename(file);
  }
}
await writeFile(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`console: ${Object.keys(manifest).length} entry points in ${out}`);
