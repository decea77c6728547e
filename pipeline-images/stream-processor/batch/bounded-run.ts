/** A pipeline over all there is: its rows as one stream that ends, and then every window, once. */
import { mapValues } from "../../../pipeline/objects";
import type { PipelineSpec, StepSpec } from "../../../pipeline/spec";
import { unpacked } from "../formats/gzip";
import type { Format } from "../formats/format";
import { Engine, type EngineOptions } from "../operators/engine";
import { FileRows } from "./file-rows";

export interface SourceFile {
  readonly name: string;
  /** Its bytes, as they are stored. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

export interface BoundedInput {
  readonly format: Format;
  readonly files: readonly SourceFile[];
}

export interface BoundedRunOptions extends EngineOptions {
  /** By the input's name. */
  readonly inputs: { readonly [input: string]: BoundedInput };
  /** When the run started, in milliseconds since the epoch: it is the processing time of every row. */
  readonly started: number;
  /** Told of the rows that were read since it was told before. May hold up the reading until what was made is written. */
  readonly read?: (rows: number) => Promise<void> | void;
}

/** @throws Error that names the file where one cannot be read, or is none of the input's fields */
export async function runBounded(options: BoundedRunOptions): Promise<void> {
  const { spec, inputs, started, read = () => {} } = options;
  const engine = new Engine({ ...options, spec: oncePerWindow(spec) });
  engine.advanceClock(started);
  for (const [name, { format, files }] of Object.entries(inputs)) {
    const input = engine.input(name);
    const { fields } = spec.inputs[name] as PipelineSpec["inputs"][string];
    for (const file of files) {
      for await (const records of contentOf(file, format, fields)) {
        const rows = new FileRows(file.name, records, started);
        for (let i = 0; i < records.starts.length; i += 1) {
          const problem = records.problems.get(i);
          if (problem === undefined) input.take(rows, i);
          else input.refuse(rows, i, "parse", problem);
        }
        engine.endBatch();
        await read(records.starts.length);
      }
    }
  }
  engine.close();
}

async function* contentOf(file: SourceFile, format: Format, fields: Parameters<Format["read"]>[1]) {
  try {
    yield* format.read(unpacked(file.name, file.open()), fields);
  } catch (error) {
    throw new Error(`${file.name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/**
 * The pipeline as the engine runs it: all rows are in one window where nobody says another, and a window has one pane,
 * with all of its rows. What would fire it earlier, or again, is left out.
 */
function oncePerWindow(spec: PipelineSpec): PipelineSpec {
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
