/**
 * One attempt of one task of a run: reads its share, writes it where nobody sees it, claims its task. Whoever finds that
 * all tasks are claimed makes it to be seen. Killed anywhere and begun again, it does what is left.
 */
import type { InputBindings, OutputBinding, OutputBindings } from "../../../pipeline/bindings";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { InputSpec, Json, PipelineSpec } from "../../../pipeline/spec";
import type { Clock } from "../../../runtime/clock";
import type { Log } from "../../../runtime/log";
import type { Cloud } from "../google/cloud";
import type { LogStore } from "../log/store";
import { writeErrorRow } from "../operators/error-rows";
import { ERRORS } from "../processor/meaning";
import type { ReadSide } from "../processor/sides";
import type { Attempt, BatchOutput, BatchSink, Run, Staged } from "./batch-output";
import { runBounded } from "./bounded-run";
import { type Claim, Claims, type Manifest } from "./claims";
import type { Counts } from "./counts";
import { type BatchClients, batchSinks } from "./outputs";
import { Progress } from "./progress";
import { outputName, Publishing } from "./publishing";
import { manifestOf, sourcesOf, specOfSources } from "./sources";
import type { SpillOptions } from "./spill/spill";
import type { Tries } from "./tries";

export interface TaskOptions {
  readonly spec: PipelineSpec;
  readonly inputs: InputBindings;
  readonly outputs: OutputBindings;
  readonly errors: OutputBinding;
  readonly run: Run;
  readonly attempt: Attempt;
  readonly clock: Clock;
  readonly log: Log;
  readonly cloud: Cloud;
  readonly clients: BatchClients;
  readonly readSide: ReadSide;
  /** Where tasks keep what they agree on, and what is not seen yet. */
  readonly store: LogStore;
  /** Where the run's counts are written. */
  readonly metrics: LogStore | undefined;
  /** Where what it holds goes when memory is short. */
  readonly spill?: SpillOptions;
  readonly tries: Tries;
  /** Asked often: throws where the attempt is to be given up. */
  readonly goOn: () => void;
}

export class Task {
  private readonly claims: Claims;
  private readonly folder: string;
  private readonly spec: PipelineSpec;
  private readonly sinks: ReadonlyMap<string, BatchSink>;
  private readonly publishing: Publishing;
  /** Of the attempt, while it writes. */
  private readonly open = new Map<string, BatchOutput>();
  private readonly errors: { [reason: string]: number } = {};

  /** @throws Error where an output cannot be written so */
  constructor(private readonly options: TaskOptions) {
    const { run, store, tries } = options;
    this.folder = run.name;
    this.claims = new Claims(store, this.folder, tries);
    this.spec = specOfSources(options.spec, options.inputs);
    this.sinks = batchSinks({
      ...options,
      spec: this.spec,
      folder: this.folder,
      refuse: (output, row, why) => this.refuse(output, row, why),
    });
    this.publishing = new Publishing({ ...options, claims: this.claims, sinks: this.sinks, folder: this.folder });
  }

  /** @throws Error where it did not come to its end: nothing that it wrote is seen then, or all of it will be */
  async work(): Promise<void> {
    const { run, attempt, cloud, clock, inputs, log } = this.options;
    const { task } = attempt;
    if (await this.claims.isDone()) return log("INFO", `${run.pipeline}: run ${run.name} is done already`);
    const manifest = await this.claims.manifest(() => manifestOf(this.spec, inputs, cloud, clock.now(), run.yesterday));
    if ((await this.claims.of(task)) === undefined) await this.write(manifest);
    const claims = await this.claims.all(run.tasks);
    if (claims === undefined) {
      return log("INFO", `${run.pipeline}: task ${task} is done, and others of ${run.tasks} are not yet`);
    }
    try {
      await this.publishing.all(manifest, claims);
    } catch (error) {
      // Another one did it at the same time, and has cleared away what it was done with.
      if (!(await this.claims.isDone())) throw error;
    }
  }

  /** From the input to the claim. */
  private async write(manifest: Manifest): Promise<void> {
    const { attempt } = this.options;
    const sides = await this.readSides();
    for (const [name, sink] of this.sinks) this.open.set(name, sink.open(attempt, manifest));
    const mine = await this.attempt(manifest, sides);
    // From here on nothing is given up: the claim may be there, whatever comes of the call.
    const claim = await this.claims.claim(attempt.task, mine);
    // Another attempt was first: its rows count, and these are nobody's.
    if (claim.attempt !== attempt.id) await this.abort();
    this.open.clear();
  }

  private async attempt(manifest: Manifest, sides: ReadonlyMap<string, readonly AnyRow[]>): Promise<Claim> {
    const { attempt, goOn } = this.options;
    try {
      const progress = await this.read(manifest, sides);
      const staged = await this.finish();
      goOn();
      const rows = Object.fromEntries(Object.entries(staged).map(([name, one]) => [outputName(name), one.rows]));
      const counts: Counts = { read: progress.rows, bytes: progress.bytes, errors: this.errors, rows };
      return { attempt: attempt.id, counts, staged };
    } catch (error) {
      await this.abort();
      throw error;
    }
  }

  private async read(manifest: Manifest, sides: ReadonlyMap<string, readonly AnyRow[]>): Promise<Progress> {
    const { run, attempt, inputs, cloud, clock, log, goOn, spill } = this.options;
    const about = { cloud, project: () => cloud.project(), task: attempt.task, tasks: run.tasks };
    const sources = sourcesOf(this.spec, inputs, manifest, about);
    const progress = new Progress({
      clock,
      log,
      pipeline: run.pipeline,
      run: run.name,
      task: attempt.task,
      bytesTotal: sources.bytes,
    });
    const outputs = [...this.open.values()];
    const takerOf = (name: string) => {
      const output = this.open.get(name) as BatchOutput;
      return output.take.bind(output);
    };
    progress.start();
    try {
      await runBounded({
        spec: this.spec,
        inputs: sources.inputs,
        sides,
        started: manifest.started,
        ...(spill && { spill }),
        output: takerOf,
        errors: takerOf(ERRORS),
        refused: (reason) => this.count(reason),
        bytes: (count) => void (progress.bytes += count),
        async read(rows) {
          progress.rows += rows;
          goOn();
          for (const output of outputs) await output.flush();
        },
      });
      return progress;
    } finally {
      progress.stop();
    }
  }

  /** The error output is the last: what others refuse goes to it. */
  private async finish(): Promise<{ readonly [output: string]: Staged }> {
    const staged: { [output: string]: Staged } = {};
    for (const [name, output] of this.open) staged[name] = await output.finish();
    return staged;
  }

  private async abort(): Promise<void> {
    for (const output of this.open.values()) await output.abort();
  }

  /** All of them, before the first row. */
  private async readSides(): Promise<ReadonlyMap<string, readonly AnyRow[]>> {
    const { tries } = this.options;
    const sides = new Map<string, readonly AnyRow[]>();
    for (const [name, input] of Object.entries(this.spec.inputs)) {
      if (input.kind === "side") sides.set(name, await tries(`side input ${name}`, () => this.side(name, input)));
    }
    return sides;
  }

  private side(name: string, input: InputSpec): Promise<readonly AnyRow[]> {
    const { inputs, readSide } = this.options;
    return readSide(inputs[name] as InputBindings[string], input);
  }

  private count(reason: string): void {
    this.errors[reason] = (this.errors[reason] ?? 0) + 1;
  }

  /** A row that its sink does not take. One that the error output does not take is counted, and said once. */
  private refuse(output: string, row: Json, why: string): void {
    const errors = this.open.get(ERRORS);
    if (errors === undefined) return this.publishing.refuse(output, row, why);
    this.count("write");
    if (output !== ERRORS) errors.take(writeErrorRow(output, why, row), 0, undefined);
    else {
      if (this.errors["lost"] === undefined) this.options.log("WARNING", `an error row was not taken: ${why}`);
      this.count("lost");
    }
  }
}
