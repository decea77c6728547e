/** The local cloud in another process, as its parent sees it: one question at a time, one answer each. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Environment } from "../../pipeline-images/stream-processor/settings";
import type { SoakVerdict } from "./judge";

export type Request =
  /** Publishes as long as fewer are not acknowledged. */
  | { readonly kind: "flood"; readonly most: number }
  | { readonly kind: "rate"; readonly perSecond: number }
  | { readonly kind: "quiet" | "look" | "judge" | "leave" };

export interface Answer {
  readonly journey: { readonly name: string; readonly environment: Environment };
  /** Messages that are not acknowledged. */
  readonly backlog: number;
  readonly published: number;
  /** Resident, of the cloud's process. */
  readonly megabytes: number;
  readonly verdict?: SoakVerdict;
}

export class OtherProcess {
  private constructor(
    private readonly child: ChildProcess,
    /** What it said first. */
    readonly beginning: Answer,
  ) {}

  /** @param folder an empty one */
  static async start(folder: string): Promise<OtherProcess> {
    const child = fork(join(__dirname, "cloud-process.ts"), [folder], { execArgv: ["--import", "tsx"] });
    return new OtherProcess(child, await answerOf(child));
  }

  async ask(request: Request): Promise<Answer> {
    const answer = answerOf(this.child);
    this.child.send(request);
    return answer;
  }

  /** Ends it, whatever it does. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const left = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await left;
  }
}

async function answerOf(child: ChildProcess): Promise<Answer> {
  const gone = new AbortController();
  const exit = once(child, "exit", { signal: gone.signal }).then(
    () => Promise.reject(new Error("the local cloud's process has ended")),
    () => undefined,
  );
  const [answer] = (await Promise.race([once(child, "message"), exit])) as [Answer | { readonly failed: string }];
  gone.abort();
  if ("failed" in answer) throw new Error(`the local cloud: ${answer.failed}`);
  return answer;
}
