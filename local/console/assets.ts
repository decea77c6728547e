/** The page's files. Its program is TypeScript in the repository and in the package alike, bundled when it is first asked for. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

export interface Asset {
  readonly type: string;
  readonly content: string | Uint8Array;
}

const folder = join(__dirname, "page");

const readers: { readonly [path: string]: () => Promise<Asset> } = {
  "/": async () => ({ type: "text/html; charset=utf-8", content: await readFile(join(folder, "page.html")) }),
  "/page.css": async () => ({ type: "text/css; charset=utf-8", content: await readFile(join(folder, "page.css")) }),
  "/page.js": async () => ({ type: "text/javascript; charset=utf-8", content: await program() }),
};

async function program(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, "main")],
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "es2022",
    minify: true,
    tsconfigRaw: {},
    logLevel: "silent",
  });
  return (outputFiles[0] as (typeof outputFiles)[0]).contents;
}

/** Read once a run. */
export class Assets {
  private readonly known = new Map<string, Promise<Asset>>();

  /** @returns undefined where there is no such file */
  get(path: string): Promise<Asset> | undefined {
    const read = Object.hasOwn(readers, path) ? readers[path] : undefined;
    if (read === undefined) return undefined;
    const there = this.known.get(path) ?? read();
    this.known.set(path, there);
    return there;
  }
}
