import type { Clock } from "../../service";
import type { JobTask } from "./job-task";

export type ExecutionState = "running" | "succeeded" | "failed" | "cancelled";

export interface ExecutionOptions {
  /** user-traffic-x7k2p */
  readonly name: string;
  readonly tasks: readonly JobTask[];
  /** Tasks at once. */
  readonly parallelism: number;
  readonly clock: Clock;
}

/**
 * One run of a job: its tasks, so many at once. It is done when all of them are; a task that fails for good ends it, and
 * the others with it.
 */
export class Execution {
  readonly createdAt: number;
  state: ExecutionState = "running";
  endedAt: number | undefined;
  /** Settles when no process of it is left; never rejects. */
  readonly ended: Promise<void>;

  constructor(private readonly options: ExecutionOptions) {
    this.createdAt = options.clock.now();
    this.ended = this.work();
  }

  get name(): string {
    return this.options.name;
  }

  get tasks(): readonly JobTask[] {
    return this.options.tasks;
  }

  /** Gives it up; {@link Execution.ended} settles when its processes are gone. */
  cancel(): void {
    if (this.state !== "running") return;
    this.state = "cancelled";
    this.cancelTasks();
  }

  kill(signal: "SIGKILL" | "SIGTERM"): boolean {
    return this.tasks.map((task) => task.kill(signal)).includes(true);
  }

  /** Why it did not succeed, a sentence; undefined while it runs, and where it did. */
  get problem(): string | undefined {
    if (this.state === "cancelled") return `${this.name} was cancelled`;
    const failed = this.tasks.find(({ state }) => state === "failed");
    if (failed === undefined) return undefined;
    return `task ${failed.index} of ${this.name} failed: it ${failed.lastExit?.how} at attempt ${failed.attempt + 1}`;
  }

  private async work(): Promise<void> {
    const waiting = [...this.tasks];
    const takeOneAfterTheOther = async (): Promise<void> => {
      for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
        // One after the other, in each place.
        await task.run();
        if (task.state === "failed") this.cancelTasks();
      }
    };
    await Promise.all(Array.from({ length: this.options.parallelism }, takeOneAfterTheOther));
    this.endedAt = this.options.clock.now();
    if (this.state !== "running") return;
    this.state = this.tasks.every(({ state }) => state === "succeeded") ? "succeeded" : "failed";
  }

  private cancelTasks(): void {
    for (const task of this.tasks) task.cancel();
  }
}
