import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { CommandError } from "./command-error";
import type { Io } from "./io";

/** A cdktf app: the folder of its cdktf.json, and how it is run. */
export interface App {
  readonly folder: string;
  readonly command: string;
  readonly context: object;
}

/** What an app wrote: as `cdktf synth` leaves it in cdktf.out. */
export interface Synthesized {
  readonly app: App;
  /** The folder with manifest.json. */
  readonly out: string;
  remove(): void;
}

/**
 * The app of a folder or of one above it.
 * @throws CommandError where there is none, or it does not say how it is run
 */
export function findApp(from: string): App {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, "cdktf.json");
    if (existsSync(file)) return readApp(file, folder);
    if (folder === dirname(folder)) {
      throw new CommandError(`There is no cdktf.json in ${from} or above: run journey in the folder of a cdktf app`, 2);
    }
  }
}

function readApp(file: string, folder: string): App {
  let config: { readonly app?: unknown; readonly context?: object };
  try {
    config = JSON.parse(readFileSync(file, "utf8")) as typeof config;
  } catch (error) {
    throw new CommandError(`${file} is not JSON: ${(error as Error).message}`);
  }
  if (typeof config.app !== "string") {
    throw new CommandError(`${file} has no "app": the command that runs the app, such as "npx tsx main.ts"`);
  }
  return { folder, command: config.app, context: config.context ?? {} };
}

/**
 * What the app wrote before: cdktf.out, edited by hand or made by another step of CI.
 * @throws CommandError where the folder holds no stacks
 */
export function synthesizedIn(out: string, app: App): Synthesized {
  if (!existsSync(join(out, "manifest.json"))) {
    throw new CommandError(`--synthesized ${out} holds no manifest.json: it is no folder that an app wrote`, 2);
  }
  return { app, out, remove: () => undefined };
}

/**
 * Runs the app as `cdktf synth` does, into a folder of its own: the user's cdktf.out stays as it is.
 * @throws CommandError with what the app wrote, where it failed
 */
export async function synthesize(app: App, io: Io): Promise<Synthesized> {
  const out = mkdtempSync(join(tmpdir(), "journey-synth-"));
  const remove = (): void => rmSync(out, { recursive: true, force: true });
  try {
    const { code, output } = await runApp(app, out, io);
    if (code !== 0) {
      throw new CommandError(
        `The app failed (${app.command}):\n${io.environment["DEBUG"] ? output : withoutTrace(output)}`,
      );
    }
    if (!existsSync(join(out, "manifest.json"))) {
      throw new CommandError(`The app (${app.command}) wrote no stacks: does it end with app.synth()?`);
    }
    return { app, out, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** What an app says of itself stands above its stack trace. */
function withoutTrace(output: string): string {
  return output
    .split("\n")
    .filter((line) => !/^\s+at |^Node\.js v\d/.test(line))
    .join("\n")
    .trimEnd();
}

function runApp(app: App, out: string, io: Io): Promise<{ code: number | null; output: string }> {
  const { environment } = io;
  const bin = join(app.folder, "node_modules", ".bin");
  const child = spawn(app.command, {
    cwd: app.folder,
    shell: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...environment,
      CDKTF_OUTDIR: out,
      CDKTF_CONTEXT_JSON: JSON.stringify(app.context),
      PATH: `${bin}${delimiter}${environment["PATH"] ?? ""}`,
    },
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output: Buffer.concat(chunks).toString() }));
  });
}
