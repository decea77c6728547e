/**
 * Makes records, one after the other, and lets go of what each of them makes durable. Nothing leaves the processor but
 * from here: rows and acknowledgements of a record, once it is durable.
 */
import { type Ledger, ledgerFold } from "../checkpoint/ledger";
import { outputOf } from "../checkpoint/output-parts";
import { type Checkpoint, CheckpointMessage, type Context, type OutputChange } from "../checkpoint/record";
import type { Clock } from "../../../runtime/clock";
import { Compactor } from "../log/compaction";
import type { LogWriter } from "../log/owner";
import type { LogStore } from "../log/store";
import type { AckRun } from "../source/ack-run";
import type { Tracer } from "./telemetry/tracer";
import type { Work } from "./work";

/**
 * A compaction reads and writes what there is: it waits until the log is as large as its snapshot, and this, which a
 * restart reads in some tenths of a second.
 */
const LEAST_TO_COMPACT = 32 * 1024 * 1024;

export interface CheckpointerOptions {
  readonly clock: Clock;
  readonly store: LogStore;
  readonly log: LogWriter;
  readonly work: Work;
  readonly context: Context;
  /** What runs from here on; undefined where the log says so already. */
  readonly definition: string | undefined;
  /** Connected running time of an input. */
  readonly running: (input: string) => number;
  /** A record is made of all that has changed until now. */
  readonly made: () => void;
  /** That record is durable. */
  readonly durable: () => void;
  /** A record is durable: how many milliseconds it took, and its bytes. */
  readonly took: (milliseconds: number, bytes: number) => void;
  readonly tracer: Tracer;
  readonly fail: (error: unknown) => void;
  readonly compactionFailed: (error: unknown) => void;
  /** What the log held: entries and bytes since its last snapshot, and that snapshot's bytes. */
  readonly held: { readonly entries: number; readonly entryBytes: number; readonly snapshotBytes: number };
  readonly reset: string | undefined;
  /** Records after which the log is compacted, however small it is: a restart reads them one by one. */
  readonly compactAfter: number;
}

/** What a record says beside what has changed. */
export interface Saying {
  readonly attempting?: string;
  readonly release?: boolean;
  readonly drained?: boolean;
}

export class Checkpointer {
  /** When the last record became durable, how long that took in milliseconds, and how many bytes it had. */
  last: number;
  took = 0;
  size = 0;
  private readonly compactor: Compactor<Ledger>;
  private underway: Promise<void> | undefined;
  private compacting = false;
  private entries: number;
  private bytes: number;
  private snapshotBytes: number;
  private reset: string | undefined;
  private definition: string | undefined;

  constructor(private readonly options: CheckpointerOptions) {
    this.last = options.clock.now();
    this.compactor = new Compactor(options.store, ledgerFold);
    this.entries = options.held.entries;
    this.bytes = options.held.entryBytes;
    this.snapshotBytes = options.held.snapshotBytes;
    this.reset = options.reset;
    this.definition = options.definition;
  }

  get busy(): boolean {
    return this.underway !== undefined;
  }

  /** Records all that has changed; after the record that is underway, if one is. Never throws: what fails ends the processor. */
  async record(saying: Saying = {}): Promise<void> {
    while (this.underway !== undefined) await this.underway;
    const { tracer, fail } = this.options;
    this.underway = tracer.during("checkpoint", {}, () => this.append(saying)).catch(fail);
    await this.underway;
  }

  private async append(saying: Saying): Promise<void> {
    const { log, clock, work, durable } = this.options;
    const begun = clock.now();
    const { checkpoint, runs, changes } = this.make(saying);
    const content = CheckpointMessage.encode(checkpoint);
    try {
      await log.append(content, { release: saying.release ?? false });
    } finally {
      this.underway = undefined;
    }
    this.last = clock.now();
    this.took = this.last - begun;
    this.size = content.length;
    this.options.took(this.took, this.size);
    for (const change of changes) work.outputs.get(outputOf(change.output))?.release(change);
    for (const [i, run] of runs.entries()) work.sources[i]?.acknowledgements.release(run);
    durable();
    this.compactIfLarge(content.length);
  }

  private make(saying: Saying): { checkpoint: Partial<Checkpoint>; runs: AckRun[]; changes: OutputChange[] } {
    const { clock, work, context } = this.options;
    const sources = work.sources.map((source) => source.takeChange(Math.floor(this.options.running(source.input))));
    const changes = [...work.outputs.values()]
      .filter(({ changed }) => changed)
      .flatMap((output) => output.takeChanges());
    const checkpoint = {
      context,
      time: clock.now(),
      state: work.takeState(saying.drained ?? false),
      sources,
      outputs: changes,
      totals: work.totals,
      attempting: saying.attempting,
      reset: this.reset,
      released: saying.release ?? false,
      drained: saying.drained ?? false,
      definition: this.definition,
    };
    this.reset = undefined;
    this.definition = undefined;
    this.options.made();
    return { checkpoint, runs: work.sources.map(({ acknowledgements }) => acknowledgements.cut()), changes };
  }

  private compactIfLarge(bytes: number): void {
    this.entries += 1;
    this.bytes += bytes;
    const large =
      this.bytes >= Math.max(LEAST_TO_COMPACT, this.snapshotBytes) || this.entries >= this.options.compactAfter;
    if (large && !this.compacting) void this.compact();
  }

  private async compact(): Promise<void> {
    this.compacting = true;
    const { entries, bytes } = this;
    try {
      const size = await this.compactor.compact(this.options.log.durable);
      this.snapshotBytes = size ?? this.snapshotBytes;
      this.entries -= entries;
      this.bytes -= bytes;
    } catch (error) {
      this.options.compactionFailed(error);
      this.entries = 0;
    }
    this.compacting = false;
  }
}
