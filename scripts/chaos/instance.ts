/** A process of the processor: begun, killed, told to leave, held still. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { paths, type ProcessorState } from "../../pipeline-images/stream-processor/contract";
import { freePort } from "../../test/runtime/support/free-port";

export interface InstanceOptions {
  readonly program: string;
  readonly environment: { readonly [name: string]: string | undefined };
}

/** The last that a process said is kept, for whoever asks why it left. */
const KEPT_LINES = 20;
/** Milliseconds. */
const LONGEST_DRAIN = 180_000;

const living = new Set<ChildProcess>();

/** A run that is ended from outside, as by Ctrl-C, leaves no process behind. */
export function leaveNobody(): void {
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => {
      for (const child of living) child.kill("SIGKILL");
      process.exit(130);
    });
  }
}

export class Instance {
  readonly startedAt = performance.now();
  /** Milliseconds from its start until it owned the log; undefined as long as it does not. */
  ownsAfter: number | undefined;
  /** Resolves when it owns the log; false where it left before. */
  readonly owns: Promise<boolean>;
  /** Resolves with its code when it has left; null where it was killed. */
  readonly left: Promise<number | null>;
  hasLeft = false;
  readonly lines: string[] = [];

  private constructor(
    private readonly child: ChildProcess,
    private readonly port: number,
  ) {
    living.add(child);
    this.left = once(child, "close").then(([code]) => {
      living.delete(child);
      this.hasLeft = true;
      return code as number | null;
    });
    this.owns = new Promise((resolve) => {
      void this.left.then(() => resolve(false));
      for (const output of [child.stdout, child.stderr]) {
        if (output === null) continue;
        createInterface({ input: output }).on("line", (line) => {
          this.lines.push(line);
          if (this.lines.length > KEPT_LINES) this.lines.shift();
          if (this.ownsAfter !== undefined || !line.includes('"kind":"start"')) return;
          this.ownsAfter = performance.now() - this.startedAt;
          resolve(true);
        });
      }
    });
  }

  static async start({ program, environment }: InstanceOptions): Promise<Instance> {
    const port = await freePort();
    const child = spawn(process.execPath, [program], {
      env: { PATH: process.env["PATH"], ...environment, PORT: String(port) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return new Instance(child, port);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Another took the log over, and it said so. */
  get wasDeposed(): boolean {
    return this.lines.some((line) => line.includes("another instance has taken over"));
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.left;
  }

  /** @returns its exit code */
  async terminate(): Promise<number | null> {
    this.child.kill("SIGTERM");
    return this.left;
  }

  hold(): void {
    this.child.kill("SIGSTOP");
  }

  goOn(): void {
    this.child.kill("SIGCONT");
  }

  async state(): Promise<ProcessorState> {
    return (await fetch(this.url(paths.state))).json() as Promise<ProcessorState>;
  }

  /** Resolves when it takes messages, or after so many milliseconds. */
  async ready(patience: number): Promise<void> {
    const until = performance.now() + patience;
    while (performance.now() < until && !this.hasLeft) {
      // One question after the other.
      const answer = await fetch(this.url(paths.ready)).catch(() => undefined);
      if (answer?.ok === true) return;
      await pause(50);
    }
  }

  /** @throws Error where it cannot be drained, or does not come to an end */
  async drain(): Promise<ProcessorState> {
    const signal = AbortSignal.timeout(LONGEST_DRAIN);
    const answer = await fetch(this.url(paths.drain), { method: "POST", signal });
    if (!answer.ok) throw new Error(`it was not drained: ${await answer.text()}`);
    return answer.json() as Promise<ProcessorState>;
  }

  private url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }
}
