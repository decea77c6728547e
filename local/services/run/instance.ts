import type { Clock, LogEntry } from "../../service";
import type { InstanceView, WorkloadState } from "../../view";
import type { Exit, Launch, Machine, Running } from "./machine";
import { readLine } from "./output";
import { Pauses } from "./pauses";
import type { StartupProbe } from "./workload";

export interface InstanceOptions {
  /** Of the workload, for its log entries. */
  readonly name: string;
  /** How a service shows that it has started; a worker pool has started as soon as its process runs. */
  readonly startup: StartupProbe | undefined;
  /** All but PORT. */
  readonly launch: Launch;
  readonly machine: Machine;
  readonly clock: Clock;
  readonly log: (entry: LogEntry) => void;
}

/** Milliseconds that a process has after SIGTERM: https://cloud.google.com/run/docs/container-contract#instance-shutdown */
const grace = 10_000;
/** Ends without ever having answered, after which the start has failed. */
const patience = 3;
const keptLines = 50;

/** One process of a workload: started, watched, started again when it ended. */
export class Instance {
  private state: WorkloadState = "stopped";
  private running: Running | undefined;
  private port: number | undefined;
  private ready = false;
  private restarts = 0;
  private lastExit: Exit | undefined;
  private readonly lines: LogEntry[] = [];
  /** Of the newest process alone, its last ones. */
  private written: string[] = [];
  private readonly pauses = new Pauses();
  private stopping = false;
  private wake: () => void = () => undefined;
  private ended: Promise<void> = Promise.resolve();

  constructor(private readonly options: InstanceOptions) {}

  /** The port of a process that has started. */
  get answering(): number | undefined {
    return this.ready ? this.port : undefined;
  }

  /**
   * Starts it and keeps it running.
   * @returns once the first process has started, or it was stopped before that
   * @throws Error with its last lines, where it ended three times before that; it is not started any more then
   */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.ended = this.keepRunning(resolve).then(resolve, reject);
    });
  }

  /** SIGTERM, ten seconds, SIGKILL. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    const { running } = this;
    if (running !== undefined) {
      this.state = "stopping";
      running.kill("SIGTERM");
      const cancel = this.options.clock.after(grace, () => {
        this.say("WARNING", `did not leave within ${grace / 1000} s of SIGTERM, and is killed`);
        running.kill("SIGKILL");
      });
      await running.exited;
      cancel();
    }
    await this.ended;
  }

  /** Ends the process as something from outside would: it is started again. False where none runs. */
  kill(signal: "SIGKILL" | "SIGTERM"): boolean {
    if (this.stopping || this.running === undefined) return false;
    this.running.kill(signal);
    return true;
  }

  view(): InstanceView {
    return {
      state: this.state,
      pid: this.running?.pid,
      restarts: this.restarts,
      lastExit: this.lastExit?.how,
      controlUrl: this.running === undefined ? undefined : `http://127.0.0.1:${this.port}`,
      lines: [...this.lines],
    };
  }

  private async keepRunning(started: () => void): Promise<void> {
    const { clock, startup } = this.options;
    let everStarted = false;
    const note = () => {
      everStarted = true;
      started();
    };
    for (;;) {
      const begin = clock.now();
      // One process after the other.
      const exit = await this.runOnce(note);
      if (this.stopping) break;
      this.lastExit = exit;
      if (startup !== undefined && !everStarted && this.restarts + 1 >= patience) {
        this.state = "stopped";
        throw this.failure();
      }
      const pause = this.pauses.after(exit, clock.now() - begin);
      this.say("WARNING", `${exit.how}; it is started again in ${pause / 1000} s`);
      this.state = "restarting";
      await this.sleep(pause);
      if (this.stopping) break;
      this.restarts += 1;
    }
    this.state = "stopped";
  }

  /** From launch to end. */
  private async runOnce(started: () => void): Promise<Exit> {
    const { machine, launch, startup, name, log } = this.options;
    this.state = "starting";
    const port = await machine.freePort();
    if (this.stopping) return { how: "was not started", code: null, signal: null };
    const environment = { ...launch.environment, PORT: String(port) };
    this.written = [];
    const running = machine.launch({ ...launch, environment }, (line, stream) => {
      const entry = readLine(line, stream, name);
      this.keep(entry);
      this.written = [...this.written.slice(-9), entry.message];
      log(entry);
    });
    this.port = port;
    this.running = running;
    const gone = new AbortController();
    const nowReady = () => {
      if (gone.signal.aborted || this.stopping) return;
      this.ready = true;
      this.state = "running";
      started();
    };
    if (startup === undefined) nowReady();
    else this.watchStart(machine.answers(port, startup, gone.signal), running, nowReady);
    const exit = await running.exited;
    gone.abort();
    this.ready = false;
    this.running = undefined;
    return exit;
  }

  private watchStart(answered: Promise<void>, running: Running, nowReady: () => void): void {
    answered.then(nowReady, (error: unknown) => {
      this.say("ERROR", error instanceof Error ? error.message : String(error));
      running.kill("SIGKILL");
    });
  }

  private sleep(millis: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.options.clock.after(millis, resolve);
      this.wake = () => {
        cancel();
        resolve();
      };
    });
  }

  private say(severity: LogEntry["severity"], message: string): void {
    const entry = { severity, source: this.options.name, message };
    this.keep(entry);
    this.options.log(entry);
  }

  private keep(entry: LogEntry): void {
    this.lines.push(entry);
    if (this.lines.length > keptLines) this.lines.shift();
  }

  private failure(): Error {
    const last = this.written.map((message) => `\n  ${message}`).join("");
    const said = last === "" ? "; it wrote nothing" : `. It wrote last:${last}`;
    return new Error(`${this.options.name} did not start: it ${this.lastExit?.how} before its PORT answered${said}`);
  }
}
