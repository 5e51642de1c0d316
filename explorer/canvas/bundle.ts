/// <reference types="node" />
/**
 * What makes the committed bundle checkable: a manifest with its name and the hash of its sources,
 * and the licences of what was bundled. `explorer/canvas/bundle.py` reads the manifest and computes
 * the same hash.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin, type Rollup } from "vite";

const HERE = dirname(fileURLToPath(import.meta.url));
export const MANIFEST = "canvas.json";
export const LICENCES = "canvas-licences.txt";
/** What the bundle is made of: these files, and everything below `src`. */
const SINGLE = ["bundle.ts", "package-lock.json", "package.json", "tsconfig.json", "vite.config.ts"];

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

/** Hash names and contents of all sources, in the order of their names. */
export function hashOfSources(root = HERE): string {
  const names = [
    ...SINGLE,
    ...filesBelow(join(root, "src")).map((path) => relative(root, path).split(sep).join("/")),
  ].sort();
  const hash = createHash("sha256");
  for (const name of names) {
    hash.update(`${name}\0`).update(readFileSync(join(root, name))).update("\0");
  }
  return hash.digest("hex");
}

function packageOf(id: string): string | null {
  const found = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)/.exec(id.replace(/^\0/, ""));
  return found ? found[1] : null;
}

interface About {
  name: string;
  version: string;
  license: string;
  dependencies?: Record<string, string>;
}

function aboutOf(folder: string): About {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf-8")) as About;
}

/** Packages and what they depend on: a published package may itself hold parts of others. */
function withDependencies(folders: Iterable<string>): string[] {
  const all = new Set(folders);
  // A set's iterator also visits what is added on the way.
  for (const folder of all) {
    for (const name of Object.keys(aboutOf(folder).dependencies ?? {})) {
      all.add(join(HERE, "node_modules", name));
    }
  }
  return [...all].sort();
}

function licences(folders: string[]): string {
  return folders
    .map((folder) => {
      const about = aboutOf(folder);
      const name = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
      const text = name ? readFileSync(join(folder, name), "utf-8").trim() : about.license;
      return `${about.name} ${about.version}\n\n${text}\n`;
    })
    .join(`\n${"-".repeat(78)}\n\n`);
}

/** The script of maps that are taken away: one file that needs no other, to stand within a page. */
async function standalone(): Promise<Rollup.OutputChunk> {
  const made = (await build({
    configFile: false,
    root: HERE,
    logLevel: "warn",
    build: {
      target: "es2022",
      write: false,
      modulePreload: false,
      rollupOptions: {
        input: join(HERE, "src/standalone/start.ts"),
        output: { format: "iife", entryFileNames: "standalone-[hash].js", inlineDynamicImports: true },
      },
    },
  })) as Rollup.RollupOutput;
  return made.output[0];
}

/** Write manifest and licences beside the bundle, and remove bundles of earlier sources. */
export function committedBundle(): Plugin {
  return {
    name: "committed-bundle",
    apply: "build",
    async generateBundle(options, bundle) {
      const chunks = Object.values(bundle).filter((part) => part.type === "chunk");
      if (chunks.length !== 1) this.error(`expected one file, got ${chunks.length}`);
      const [chunk] = chunks;
      const alone = await standalone();
      const modules = [...chunk.moduleIds, ...alone.moduleIds];
      const packages = new Set(modules.map(packageOf).filter((name) => name !== null));
      this.emitFile({ type: "asset", fileName: alone.fileName, source: alone.code });
      const manifest = {
        file: chunk.fileName,
        standalone: alone.fileName,
        sources: hashOfSources(),
      };
      this.emitFile({
        type: "asset",
        fileName: MANIFEST,
        source: `${JSON.stringify(manifest, null, 2)}\n`,
      });
      this.emitFile({
        type: "asset",
        fileName: LICENCES,
        source: licences(withDependencies(packages)) || "The bundle holds nobody else's code.\n",
      });
      if (options.dir && existsSync(options.dir)) {
        for (const name of readdirSync(options.dir)) {
          if (/^(canvas|standalone)-.*\.js$/.test(name)) rmSync(join(options.dir, name));
        }
      }
    },
  };
}
