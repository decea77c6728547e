/**
 * The stream processor in pull mode: takes the log over, works on messages, records, writes, acknowledges; drains, and
 * leaves in order. The protocol of exactly once is what its parts do together; see README.md.
 */
import { type Ledger, ledgerFold } from "../checkpoint/ledger";
import { pause } from "../../../runtime/clock";
import type { ProcessorStart, ProcessorState, ProcessorStatus } from "../contract";
import { Deposed, type LogWriter, takeOver } from "../log/owner";
import { patient } from "../log/patient-store";
import { Signal } from "../signal";
import type { Saying } from "./checkpointer";
import { shortLateness } from "./lateness";
import { contextOf, refuseMisfits } from "./meaning";
import { MemoryWatch } from "./memory";
import { bufferedBytes, bytesUnderway, disconnect, giveBack, publishedOf, quietFor } from "./of-parts";
import { makeParts, type Parts } from "./parts";
import { Report } from "./report";
import { checkRunnable } from "./runnable";
import type { PullSettings } from "./settings";
import { Sides } from "./sides";
import { countedOf, stateOf, stateWithout } from "./state";
import { Histograms } from "./telemetry/histogram";
import { Troubles } from "./troubles";
import type { World } from "./world";

/** How it ended. */
export type Ending = "drained" | "stopped" | "done" | Error;

const TICK = 100;
/** Milliseconds without a tick after which it hangs: a collection of garbage, a slow function of a user's are shorter. */
const LONGEST_TICK = 30_000;
/** Bytes of rows that make a record at once. */
const MUCH = 8 * 1024 * 1024;
/** Milliseconds without a message after which a drain has all there was; and the longest it waits for that. */
const DRAIN_QUIET = 1_000;
const DRAIN_LONGEST = 10_000;
/** Milliseconds that a stop waits for rows and acknowledgements: Cloud Run kills after 10 s. */
const STOP_LONGEST = 6_000;

export class Processor {
  private state: ProcessorStatus["state"] = "starting";
  private parts: Parts | undefined;
  private log: LogWriter | undefined;
  private readonly troubles: Troubles;
  private readonly progress: Signal;
  private readonly ending: Promise<Ending>;
  private end: (ending: Ending) => void = () => {};
  private failure: string | null = null;
  /** Nothing leaves any more, no row and no acknowledgement. */
  private left = false;
  private releasing = false;
  private soon = false;
  private readonly report: Report;
  private readonly sides: Sides;
  private readonly memory: MemoryWatch;
  private restoreMilliseconds = 0;
  /** When it last looked what time brings about. */
  private ticked: number;
  /** What is measured when it happens. */
  readonly histograms = new Histograms();

  constructor(
    private readonly world: World,
    private readonly settings: PullSettings,
  ) {
    this.troubles = new Troubles(world.log);
    this.progress = new Signal(world.clock);
    this.report = new Report(world.log, world.clock.now());
    this.ticked = world.clock.now();
    const { name: pipeline } = settings.spec;
    const passing = (): number => (this.parts === undefined ? 0 : bytesUnderway(this.parts));
    this.memory = new MemoryWatch({ memory: world.memory, log: world.log, pipeline, passing });
    const { readSide: read, clock } = world;
    this.sides = new Sides({ spec: settings.spec, bindings: settings.sides, read, clock, troubles: this.troubles });
    this.ending = new Promise((resolve) => {
      this.end = (ending) => {
        this.sides.stop();
        this.end = () => {};
        resolve(ending);
      };
    });
  }

  /** Resolves when nothing more leaves the processor. */
  get ended(): Promise<Ending> {
    return this.ending;
  }

  /** Resolves once it works on messages, or has ended before that. */
  async start(): Promise<void> {
    try {
      // Before the log is taken from anybody.
      checkRunnable(this.settings);
      const context = contextOf(this.settings, this.world.clock.now());
      const { store } = this.world;
      // Before the log is owned, for its owner has to write every few seconds.
      await this.sides.load();
      if (!this.isStill("starting")) return;
      this.state = "waiting";
      const accept = (ledger: Ledger): void => {
        if (!this.resets(ledger)) refuseMisfits(ledger, context, store.place);
      };
      const { tracer } = this.world;
      const [history, log] = await tracer.during("take-over", {}, () => takeOver(this.taking, ledgerFold, accept));
      if (this.state !== "waiting") return;
      this.log = log;
      this.parts = makeParts({
        world: this.world,
        settings: this.settings,
        store: this.store,
        history,
        log,
        troubles: this.troubles,
        reset: this.resets(history.state) ? this.settings.reset : undefined,
        mayLeave: () => this.lives,
        record: () => (this.soon = true),
        progress: this.progress.call,
        worked: () => this.advanceWatermark(),
        memoryShort: () => this.memory.short,
        histograms: this.histograms,
        tracer,
        fail: (error) => this.fail(error),
      });
      const { engine } = this.parts.work;
      this.sides.attach((name, rows) => engine.setSide(name, rows));
      this.state = "running";
      await this.begin(this.parts);
    } catch (error) {
      this.fail(error);
    }
  }

  get status(): ProcessorStatus {
    return {
      pipeline: this.settings.spec.name,
      mode: "pull",
      state: this.state,
      ...countedOf(this.parts),
      problem: this.failure ?? this.troubles.problem,
    };
  }

  /** All that is told of it. */
  get told(): ProcessorState {
    const { status, parts, log, settings: bound, restoreMilliseconds } = this;
    const memory = this.memory.state;
    if (parts === undefined || log === undefined) return stateWithout(status, memory);
    const { store, clock } = this.world;
    return stateOf({ status, memory, bound, parts, log, place: store.place, restoreMilliseconds, now: clock.now() });
  }

  /** Why it makes no progress, a sentence; undefined where it does. */
  get stuck(): string | undefined {
    if (this.state !== "running" && this.state !== "draining") return undefined;
    const since = this.world.clock.now() - this.ticked;
    return since < LONGEST_TICK ? undefined : `it has done nothing for ${Math.round(since / 1_000)} s`;
  }

  /** Takes messages, and is connected to where they come from. */
  get ready(): boolean {
    return this.state === "running" && this.parts?.sources.every(({ connection }) => connection.connected) === true;
  }

  /**
   * Takes what is there, closes every window, and leaves when all of it is written and acknowledged.
   * @throws Error where it cannot, or was ended meanwhile.
   */
  async drain(): Promise<void> {
    const { parts } = this;
    if (parts === undefined || this.state !== "running") {
      throw new Error(`it is ${this.state}: only a running processor can be drained`);
    }
    this.state = "draining";
    const { clock } = this.world;
    const longest = clock.now() + DRAIN_LONGEST;
    while (clock.now() < longest && quietFor(parts, clock.now()) < DRAIN_QUIET) await pause(clock, TICK);
    disconnect(parts);
    while (!parts.intake.isEmpty && this.lives && !this.memory.short) await this.progress.wait(TICK);
    // The end of all windows makes room, and nothing else may: what is left is for whoever comes next.
    if (!parts.intake.isEmpty) parts.intake.forget();
    parts.work.engine.advanceClock(clock.now());
    parts.work.engine.close();
    await this.settle(parts);
    if (this.isStill("draining")) {
      await this.release(parts, { drained: true });
      await giveBack(parts);
    }
    if (!this.isStill("draining")) throw new Error(this.failure ?? `it is ${this.state}, and was not drained`);
    this.state = "drained";
    this.end("drained");
  }

  /** Leaves in order: what was worked on is recorded, written and acknowledged as far as time allows, the rest given back. */
  async stop(): Promise<void> {
    const { parts } = this;
    const was = this.state;
    if (was === "stopping" || was === "drained" || was === "failed") return;
    this.state = "stopping";
    if (parts !== undefined && this.lives) {
      disconnect(parts);
      parts.intake.forget();
      await Promise.race([this.settle(parts), pause(this.world.clock, STOP_LONGEST)]);
      await this.release(parts, {});
      await giveBack(parts);
    }
    this.end("stopped");
  }

  /** The last record: from here on the log may be another's, and nothing leaves any more. */
  private async release({ checkpointer }: Parts, saying: Saying): Promise<void> {
    this.releasing = true;
    await checkpointer.record({ ...saying, release: true });
    this.left = true;
  }

  private isStill(state: ProcessorStatus["state"]): boolean {
    return this.state === state;
  }

  private get lives(): boolean {
    return !this.left && this.log?.owns !== false;
  }

  private get taking() {
    const { clock, owner } = this.world;
    return {
      store: this.store,
      clock,
      owner,
      silence: 4 * this.settings.heartbeat,
      look: Math.min(1_000, this.settings.heartbeat),
      watched: <T>(read: () => Promise<T>) => this.restoring(read),
    };
  }

  private get store() {
    const { store, clock } = this.world;
    return patient(store, clock, this.troubles.about(store.place));
  }

  private async restoring<T>(read: () => Promise<T>): Promise<T> {
    const { clock, tracer } = this.world;
    const begun = clock.now();
    const restored = await tracer.during("restore", {}, read);
    this.restoreMilliseconds = clock.now() - begun;
    return restored;
  }

  private resets(ledger: Ledger): boolean {
    return this.settings.reset !== undefined && this.settings.reset !== ledger.reset;
  }

  private async begin({ work, checkpointer, sources }: Parts): Promise<void> {
    const { name: pipeline } = this.settings.spec;
    const start: ProcessorStart = { kind: "start", pipeline, term: this.log?.next.term ?? 0 };
    this.world.log("INFO", `${pipeline}: owns ${this.world.store.place}`, { ...start });
    for (const step of shortLateness(this.settings)) this.world.log("WARNING", step);
    // Timers that became due meanwhile come first, once.
    work.engine.advanceClock(this.world.clock.now());
    for (const output of work.outputs.values()) output.run().catch((error: unknown) => this.fail(error));
    await checkpointer.record();
    if (!this.lives) return;
    for (const { connection } of sources) connection.open();
    this.tick();
  }

  private tick(): void {
    const { parts } = this;
    if (parts === undefined || !this.lives) return;
    try {
      this.ticked = this.world.clock.now();
      this.work(parts, this.ticked);
      this.world.clock.after(TICK, () => this.tick());
    } catch (error) {
      this.fail(error);
    }
  }

  /** What time brings about. */
  private work(parts: Parts, now: number): void {
    const { work, sources, checkpointer, intake } = parts;
    work.engine.advanceClock(now);
    this.advanceWatermark();
    if (this.memory.look(now)) this.soon = true;
    intake.workOn();
    for (const { leases, subscriber } of sources) {
      for (const request of leases.extensions(now)) void leases.asked(subscriber.modifyDeadline(request));
    }
    if (!checkpointer.busy && this.isRecordDue(parts, now)) void checkpointer.record();
    this.report.tell(now, () => this.status, parts, this.memory.short);
  }

  private isRecordDue(parts: Parts, now: number): boolean {
    const { work, checkpointer } = parts;
    const since = now - checkpointer.last;
    const buffered = bufferedBytes(parts);
    const due =
      this.soon ||
      since >= this.settings.heartbeat ||
      buffered >= MUCH ||
      (since >= this.settings.checkpointEvery && (work.unrecorded > 0 || buffered > 0));
    if (due) this.soon = false;
    return due;
  }

  /** Waits until all that was worked on is recorded, written and acknowledged. */
  private async settle({ work, checkpointer }: Parts): Promise<void> {
    while (!this.releasing) {
      const outputs = [...work.outputs.values()];
      const open = work.unrecorded > 0 || this.soon || outputs.some(({ buffered }) => buffered > 0);
      this.soon = false;
      if (open) await checkpointer.record();
      const settled = outputs.every(({ unwritten, buffered }) => unwritten + buffered === 0);
      if (!this.lives || (settled && !open && work.unacknowledged === 0)) return;
      if (!open) await this.progress.wait(TICK);
    }
  }

  private advanceWatermark(): void {
    if (this.parts === undefined) return;
    const published = publishedOf(this.parts, this.world.clock.now());
    if (published.size > 0) this.parts.work.engine.advanceWatermark(published);
  }

  private fail(error: unknown): void {
    if (this.state === "failed") return;
    this.state = "failed";
    this.left = true;
    const problem = error instanceof Error ? error : new Error(String(error));
    this.failure = problem.message;
    if (this.parts !== undefined) disconnect(this.parts);
    this.world.log(problem instanceof Deposed ? "WARNING" : "ERROR", problem.message);
    this.progress.call();
    this.end(problem);
  }
}
