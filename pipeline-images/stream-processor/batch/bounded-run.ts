/** A pipeline over all there is: its rows as one stream that ends, and then every window, once. */
import { mapValues } from "../../../pipeline/objects";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { PipelineSpec, StepSpec } from "../../../pipeline/spec";
import { Engine, type EngineOptions } from "../operators/engine";
import type { TakeRow } from "../operators/flow";
import type { RowWindow } from "../window/row-window";
import type { BoundedSource } from "./bounded-source";
import { FileRows } from "./file-rows";
import { Spill, type SpillOptions } from "./spill/spill";

/** Takes a row, its event time, and the window that it came out of, where it did. */
type TakeFinal = (row: AnyRow, time: number, window: RowWindow | undefined) => void;

export interface BoundedRunOptions extends Omit<EngineOptions, "output" | "errors" | "keep"> {
  /** By the input's name. */
  readonly inputs: { readonly [input: string]: readonly BoundedSource[] };
  /** Rows of side inputs, by name. */
  readonly sides?: ReadonlyMap<string, readonly AnyRow[]>;
  readonly output: (name: string) => TakeFinal;
  readonly errors: TakeFinal;
  /** When the run started, in milliseconds since the epoch: it is the processing time of every row. */
  readonly started: number;
  /** Told of the rows that were read since it was told before. May hold up the reading until what was made is written. */
  readonly read?: (rows: number) => Promise<void> | void;
  /** Told of bytes of files, as they are stored, when they have come. */
  readonly bytes?: (count: number) => void;
  /** Where what its steps hold goes when memory is short. @default it stays in memory */
  readonly spill?: SpillOptions;
}

/** @throws Error that names the file where one cannot be read, or is none of the input's fields */
export async function runBounded(options: BoundedRunOptions): Promise<void> {
  const spill = options.spill && new Spill(options.spill);
  try {
    await run(options, spill);
  } finally {
    spill?.close();
  }
}

async function run(options: BoundedRunOptions, spill: Spill | undefined): Promise<void> {
  const { spec, inputs, sides = new Map(), started, read = () => {}, bytes = () => {} } = options;
  const inWindow =
    (take: TakeFinal): TakeRow =>
    (row, time) =>
      take(row, time, engine.moment.window);
  const engine: Engine = new Engine({
    ...options,
    spec: oncePerWindow(spec),
    output: (name) => inWindow(options.output(name)),
    errors: inWindow(options.errors),
    ...(spill && { keep: spill.keep }),
  });
  for (const [name, rows] of sides) engine.setSide(name, rows);
  engine.advanceClock(started);
  for (const [name, sources] of Object.entries(inputs)) {
    const input = engine.input(name);
    const { fields } = spec.inputs[name] as PipelineSpec["inputs"][string];
    for (const source of sources) {
      for await (const records of source.read(fields, bytes)) {
        const rows = new FileRows(source.name, records, started);
        for (let i = 0; i < records.starts.length; i += 1) {
          const problem = records.problems.get(i);
          if (problem === undefined) input.take(rows, i);
          else input.refuse(rows, i, "parse", problem);
        }
        engine.endBatch();
        spill?.look();
        await read(records.starts.length);
      }
    }
  }
  const closing = engine.closing();
  while (closing.next().done !== true) {
    spill?.look();
    await read(0);
  }
}

/**
 * The pipeline as the engine runs it: all rows are in one window where nobody says another, and a window has one pane,
 * with all of its rows. What would fire it earlier, or again, is left out.
 */
export function oncePerWindow(spec: PipelineSpec): PipelineSpec {
  const bounded = Object.keys(spec.inputs).filter((name) => spec.inputs[name]?.kind === "bounded");
  const windows = bounded.map((input): StepSpec => ({
    ...once,
    id: all(input),
    kind: "window",
    inputs: [input],
    windowing: { type: "global" },
  }));
  const steps = spec.steps.map((step): StepSpec => {
    const inputs = step.inputs.map((reference) => (bounded.includes(reference) ? all(reference) : reference));
    return step.kind === "window" ? { ...step, ...once, inputs } : { ...step, inputs };
  });
  return {
    ...spec,
    inputs: mapValues(spec.inputs, (input) =>
      input.kind === "bounded" ? { ...input, kind: "unbounded" as const } : input,
    ),
    steps: [...windows, ...steps],
  };
}

const once = { trigger: { type: "afterWatermark" }, allowedLateness: "0s", accumulation: "discarding" } as const;

/** The window of an input; no step's id has such a sign. */
const all = (input: string): string => `${input}#all`;
