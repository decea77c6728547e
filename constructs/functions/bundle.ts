import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, posix, relative, resolve, sep } from "node:path";
import { buildSync, type BuildFailure, type Message, type Metafile } from "esbuild";
import { zip, type ZipFile } from "./zip";

/** What is asked of a folder. */
export interface BundleRequest {
  /** Absolute. */
  readonly folder: string;
  /** What of the folder holds the function, with or without its ending. */
  readonly main: string;
  /** Files that are read as it runs, and so lie beside it. */
  readonly files: readonly string[];
  readonly entryPoint: string;
  /** "nodejs24" */
  readonly runtime: string;
}

export interface FunctionBundle {
  readonly archive: Uint8Array;
  /** Of the archive: 16 hexadecimal digits. */
  readonly hash: string;
}

/** A folder that no function can be made of, and why. */
export class UnusableSource extends Error {}

/**
 * A function in one file, with a package.json beside it, packed. Nothing of it is installed when it is built in the
 * cloud: what runs is what was synthesized.
 * @throws UnusableSource
 */
export function bundleFunction(request: BundleRequest): FunctionBundle {
  const { folder, files } = request;
  const target = /^nodejs(\d+)$/.exec(request.runtime)?.[1];
  if (target === undefined) {
    throw new UnusableSource(
      `runtime is "${request.runtime}": a folder is bundled for Node.js. Upload an archive yourself: FunctionSource.fromArchive`,
    );
  }
  if (!existsSync(folder)) throw new UnusableSource(`source is the folder ${shown(folder)}, which there is not`);
  const archive = zip([
    { name: "index.js", bytes: bundled(request, target) },
    { name: "package.json", bytes: Buffer.from(`${JSON.stringify({ private: true, main: "index.js" })}\n`) },
    ...files.map((file) => beside(folder, file)),
  ]);
  return { archive, hash: createHash("sha256").update(archive).digest("hex").slice(0, 16) };
}

function beside(folder: string, file: string): ZipFile {
  const path = resolve(folder, file);
  const name = relative(folder, path).split(sep).join(posix.sep);
  if (name.startsWith("..") || ["index.js", "package.json"].includes(name)) {
    throw new UnusableSource(`source.files has "${file}": files are of the folder, and not index.js or package.json`);
  }
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new UnusableSource(`source.files has "${file}", which is no file of ${shown(folder)}`);
  }
  return { name, bytes: readFileSync(path) };
}

/** What the runtime of functions brings along, so that a second one of it would know nothing of the first. */
const framework = "node_modules/@google-cloud/functions-framework/";

function bundled(request: BundleRequest, target: string): Uint8Array {
  const { outputFiles, metafile, warnings } = build(request, entryOf(request), target);
  // Of a module that exports nothing at all, esbuild thinks that it may do so later on.
  if (warnings.some(({ id }) => id === "import-is-undefined")) throw new UnusableSource(missingExport(request));
  if (Object.keys(metafile.inputs).some((path) => path.includes(framework))) {
    throw new UnusableSource(
      `source ${shown(request.folder)} uses @google-cloud/functions-framework, of which the runtime has its own: export the function, and register nothing`,
    );
  }
  return (outputFiles[0] as (typeof outputFiles)[0]).contents;
}

const entryOf = ({ folder, main, entryPoint }: BundleRequest): string =>
  `export { ${entryPoint} } from ${JSON.stringify(join(folder, main))};`;

function build(request: BundleRequest, contents: string, target: string) {
  const { folder } = request;
  try {
    return buildSync({
      stdin: { contents, resolveDir: folder, sourcefile: "function.js", loader: "js" },
      bundle: true,
      write: false,
      metafile: true,
      platform: "node",
      target: `node${target}`,
      format: "cjs",
      // What is bundled does not depend on the tsconfig.json of whoever runs it, nor on where the folder lies.
      tsconfigRaw: {},
      absWorkingDir: folder,
      logLevel: "silent",
    });
  } catch (error) {
    const errors = (error as Partial<BuildFailure>).errors;
    if (errors === undefined) throw error;
    const missing = errors.some(({ text }) => /^No matching export .* for import /.test(text));
    throw new UnusableSource(missing ? missingExport(request) : unbundled(folder, errors), { cause: error });
  }
}

function missingExport({ folder, main, entryPoint }: BundleRequest): string {
  const { metafile } = buildSync({
    entryPoints: [join(folder, main)],
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "esm",
    packages: "external",
    outdir: "out",
    tsconfigRaw: {},
    absWorkingDir: folder,
    logLevel: "silent",
  });
  const names = exportsOf(metafile);
  const there = names.length === 0 ? "it exports nothing" : `it exports ${names.join(", ")}`;
  return `entryPoint is "${entryPoint}", which ${shown(join(folder, main))} does not export: ${there}`;
}

const exportsOf = ({ outputs }: Metafile): string[] => Object.values(outputs).flatMap(({ exports }) => exports);

const unbundled = (folder: string, errors: readonly Message[]): string =>
  `source ${shown(folder)} cannot be bundled: ${errors.map(line).join("; ")}`;

/** "index.ts:3: ..." */
const line = ({ location, text }: Message): string =>
  location === null ? text : `${location.file}:${location.line}: ${text}`;

/** As who reads the error finds it. */
const shown = (path: string): string => relative(process.cwd(), path).split(sep).join("/") || ".";
