import type { Clock, LogEntry } from "../../service";
import type { InstanceView } from "../../view";
import type { Exit, Launch, Machine, Running } from "./machine";
import { readLine } from "./output";

export type TaskState = "waiting" | "running" | "succeeded" | "failed" | "cancelled";

export interface JobTaskOptions {
  /** Of the job, for log entries. */
  readonly name: string;
  readonly index: number;
  /** What an attempt runs, by its number from 0. */
  readonly launch: (attempt: number) => Launch;
  readonly retries: number;
  /** Milliseconds that an attempt may take. */
  readonly timeout: number;
  readonly machine: Machine;
  readonly clock: Clock;
  /** Is told what an attempt writes, and what becomes of it. */
  readonly log: (entry: LogEntry, attempt: number) => void;
}

/** Milliseconds that a process has after SIGTERM: https://cloud.google.com/run/docs/container-contract#instance-shutdown */
const grace = 10_000;

/** One task of an execution: attempts, one after the other, until one ends with 0 or there were enough. */
export class JobTask {
  state: TaskState = "waiting";
  /** Of the newest attempt. */
  attempt = 0;
  lastExit: Exit | undefined;
  /** Milliseconds since the epoch. */
  startedAt: number | undefined;
  endedAt: number | undefined;
  private running: Running | undefined;

  constructor(private readonly options: JobTaskOptions) {}

  get index(): number {
    return this.options.index;
  }

  /** Settles with how it ended; never rejects. */
  async run(): Promise<void> {
    const { clock, retries } = this.options;
    if (this.state !== "waiting") return;
    this.state = "running";
    this.startedAt = clock.now();
    while (this.isRunning()) {
      // One attempt after the other.
      const { code, how } = await this.runOnce();
      if (!this.isRunning()) break;
      if (code === 0) this.state = "succeeded";
      else if (this.attempt >= retries) {
        this.state = "failed";
        this.say("ERROR", `task ${this.index} ${how}, and is not begun again: it failed`);
      } else {
        this.say("WARNING", `task ${this.index} ${how}; it is begun again (${this.attempt + 1} of ${retries} retries)`);
        this.attempt += 1;
      }
    }
    this.endedAt = clock.now();
  }

  /** Gives it up: what runs has ten seconds. */
  cancel(): void {
    if (this.state !== "waiting" && this.state !== "running") return;
    this.state = "cancelled";
    this.endedAt ??= this.options.clock.now();
    if (this.running !== undefined) this.end(this.running);
  }

  /** Ends the process as something from outside would; false where none runs. */
  kill(signal: "SIGKILL" | "SIGTERM"): boolean {
    if (this.running === undefined) return false;
    this.running.kill(signal);
    return true;
  }

  view(): InstanceView {
    return {
      state: this.state === "running" ? "running" : "stopping",
      pid: this.running?.pid,
      restarts: this.attempt,
      lastExit: this.lastExit?.how,
      controlUrl: undefined,
      lines: [],
    };
  }

  /** A method, for the state changes while an attempt is awaited. */
  private isRunning(): boolean {
    return this.state === "running";
  }

  private async runOnce(): Promise<Exit> {
    const { machine, launch, clock, timeout, log, name } = this.options;
    const { attempt } = this;
    let running: Running;
    try {
      running = machine.launch(launch(attempt), (line, stream) => log(readLine(line, stream, name), attempt));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return (this.lastExit = { how: `could not be started: ${why}`, code: null, signal: null });
    }
    this.running = running;
    const late = clock.after(timeout, () => {
      this.say("WARNING", `task ${this.index} is stopped: it has its timeout of ${timeout / 1000} s behind it`);
      this.end(running);
    });
    const exit = await running.exited;
    late();
    this.running = undefined;
    this.lastExit = exit;
    return exit;
  }

  /** SIGTERM, ten seconds, SIGKILL. */
  private end(running: Running): void {
    running.kill("SIGTERM");
    const cancel = this.options.clock.after(grace, () => running.kill("SIGKILL"));
    void running.exited.then(cancel);
  }

  private say(severity: LogEntry["severity"], message: string): void {
    const { log, name } = this.options;
    log({ severity, source: name, message }, this.attempt);
  }
}
