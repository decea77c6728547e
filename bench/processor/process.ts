/** A contestant as a process that is asked for rounds, and the program that those of ours are: one file, as an image's. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { build } from "esbuild";

/**
 * Compiles a program of the benches as images are compiled.
 * @param external packages that it finds where it stands
 */
export async function compile(program: string, to: string, external: readonly string[] = []): Promise<string> {
  const outfile = join(to, "program.js");
  await build({
    entryPoints: [program],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    sourcemap: "inline",
    sourcesContent: false,
    external: [...external],
    tsconfigRaw: {},
    logLevel: "silent",
    outfile,
  });
  return outfile;
}

/** A process that answers each line with one. */
export class Asked {
  private readonly child: ChildProcess;
  private readonly lines: Interface;
  private readonly waiting: { take: (line: string) => void; fail: (error: Error) => void }[] = [];
  private gone: Error | undefined;

  constructor(
    command: string,
    private readonly args: readonly string[],
  ) {
    this.child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.lines = createInterface({ input: this.child.stdout as NodeJS.ReadableStream });
    this.lines.on("line", (line) => this.waiting.shift()?.take(line));
    this.child.on("error", (error) => this.leave(error));
    this.child.on("exit", (code) => this.leave(new Error(`${this.args.join(" ")} ended with ${code}`)));
  }

  ask<T>(line: string): Promise<T> {
    if (this.gone !== undefined) return Promise.reject(this.gone);
    return new Promise((resolve, reject) => {
      this.waiting.push({ take: (answer) => resolve(JSON.parse(answer) as T), fail: reject });
      this.child.stdin?.write(`${line}\n`);
    });
  }

  /** Lets it leave, and waits until it has. */
  async end(): Promise<void> {
    if (this.gone !== undefined) return;
    await new Promise<void>((resolve) => {
      this.child.once("exit", () => resolve());
      this.child.stdin?.end();
    });
  }

  private leave(error: Error): void {
    this.gone = error;
    for (const { fail } of this.waiting.splice(0)) fail(error);
  }
}
