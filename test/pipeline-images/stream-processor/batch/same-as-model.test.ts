/** A run over files gives what the model gives of the same rows, all there before any window ends: random pipelines. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { oncePerWindow, runBounded } from "../../../../pipeline-images/stream-processor/batch/bounded-run";
import { fileSource } from "../../../../pipeline-images/stream-processor/batch/bounded-source";
import { jsonLines } from "../../../../pipeline-images/stream-processor/formats/json-lines";
import { NO_TIME } from "../../../../pipeline-images/stream-processor/operators/error-rows";
import { mapValues } from "../../../../pipeline/objects";
import type { AnyRow } from "../../../../pipeline/schema/row";
import type { PipelineSpec, StepSpec } from "../../../../pipeline/spec";
import { comparable } from "../reference/compare";
import { expected } from "../reference/model";
import { moves, scriptOf } from "../reference/random-script";
import { drawnSpecs, specOf } from "../reference/random-spec";
import { type Came, ERRORS, NOON, type Script } from "../reference/script";

const CASES = 400;

test("whatever a pipeline is, and whatever stands in its files: a run gives what the model gives", async () => {
  await fc.assert(
    fc.asyncProperty(drawnSpecs, moves, async (drawn, drawnMoves) => {
      // Files have no publish time and no attributes.
      const spec = bounded(specOf({ ...drawn, metadata: false }));
      fc.pre(spec.steps.every((step) => isGlobal(step) || !isUntimed(step.inputs[0] ?? "", spec)));
      const inputs = Object.keys(spec.inputs).filter((name) => name !== "side");
      const side = spec.inputs["side"] && "side";
      const script = scriptOf(drawnMoves, { inputs, side, counted: drawn.counted });
      const sides = new Map(script.flatMap((one) => (one.kind === "side" ? [[one.input, one.rows] as const] : [])));
      const files = new Map(inputs.map((input) => [input, linesOf(script, input)] as const));
      const once = oncePerWindow(spec);
      const model = expected(once, scriptOfFiles(files, sides));
      expect(comparable(once, [await run(spec, files, sides)])).toEqual(timeless(comparable(once, [together(model)])));
    }),
    { numRuns: CASES },
  );
}, 300_000);

/** The model knows no rows without a time: those of files have the last one there is, and an error row says none. */
const timeless = (rows: readonly string[]): readonly string[] =>
  rows.map((row) => row.replaceAll('"event_time":"9999-12-31T23:59:59.999000Z"', '"event_time":null'));

const bounded = (spec: PipelineSpec): PipelineSpec => ({
  ...spec,
  inputs: mapValues(spec.inputs, (input) => (input.kind === "side" ? input : { ...input, kind: "bounded" as const })),
});

/** What is no line by itself is none of a file. */
const linesOf = (script: Script, input: string): readonly string[] =>
  script
    .flatMap((one) => (one.kind === "batch" && one.input === input ? one.messages : []))
    .map(({ data }) => (typeof data === "string" ? data : JSON.stringify(data)))
    .filter((line) => line.trim() !== "" && !/[\r\n]/.test(line));

type Sides = ReadonlyMap<string, readonly AnyRow[]>;
type Files = ReadonlyMap<string, readonly string[]>;

function scriptOfFiles(files: Files, sides: Sides): Script {
  return [
    ...[...sides].map(([input, rows]) => ({ kind: "side", input, rows }) as const),
    ...[...files].map(([input, lines]) => {
      const messages = lines.map((data, i) => ({ data, id: `${input}:${i + 1}`, published: NO_TIME }));
      return { kind: "batch", input, messages } as const;
    }),
    { kind: "end" },
  ];
}

async function run(spec: PipelineSpec, files: Files, sides: Sides): Promise<Came> {
  const came: { [output: string]: AnyRow[] } = {};
  const into = (name: string) => (row: AnyRow) => void (came[name] ??= []).push({ ...row });
  const sources = [...files].map(([input, lines]) => {
    const open = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from(lines.join("\n"));
    };
    return [input, [fileSource(input, jsonLines, open)]] as const;
  });
  await runBounded({
    spec,
    inputs: Object.fromEntries(sources),
    sides,
    started: NOON,
    output: into,
    errors: into(ERRORS),
  });
  return came;
}

/** All that came, whenever it did. */
function together(all: readonly Came[]): Came {
  const came: { [output: string]: AnyRow[] } = {};
  for (const one of all) for (const [name, rows] of Object.entries(one)) (came[name] ??= []).push(...rows);
  return came;
}

const isGlobal = (step: StepSpec): boolean => step.kind !== "window" || step.windowing.type === "global";

/** Rows without a time of their own, of which the builder makes no windows: those of inputs, and of all rows together. */
function isUntimed(reference: string, spec: PipelineSpec): boolean {
  const name = reference.replace(/#errors$/, "");
  if (spec.inputs[name] !== undefined) return true;
  const step = spec.steps.find(({ id }) => id === name);
  if (step === undefined) return false;
  // Of what is wrong with the time itself.
  if (step.kind === "eventTime") return reference !== name;
  if (step.kind === "aggregate" || step.kind === "join") return !hasEnd(step.inputs[0] ?? "", spec);
  return step.inputs.some((input) => isUntimed(input, spec));
}

/** Whether the rows are in windows that end before time does. */
function hasEnd(reference: string, spec: PipelineSpec): boolean {
  const step = spec.steps.find(({ id }) => id === reference.replace(/#errors$/, ""));
  return step !== undefined && (step.kind === "window" ? !isGlobal(step) : hasEnd(step.inputs[0] ?? "", spec));
}
