/** A pipeline that ends, run as a job runs it: over files, each window once, without a cloud around it. */
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import type { FileFormat } from "../../../pipeline/bindings";
import type { PipelineSpec } from "../../../pipeline/spec";
import { runBounded as runOverSources } from "../../../pipeline-images/stream-processor/batch/bounded-run";
import { fileSource } from "../../../pipeline-images/stream-processor/batch/bounded-source";
import { formatOf } from "../../../pipeline-images/stream-processor/formats/of-binding";
import { readSide } from "../../../pipeline-images/stream-processor/source/side-reader";
import { filesAt } from "../../../pipeline-images/stream-processor/place";
import { cloudOf } from "../../../pipeline-images/stream-processor/google/cloud";
import { systemClock } from "../../../runtime/clock";
import type { Rows } from "./engine";

/** A file's path, or what would stand in one. */
export interface Input {
  readonly file: string | readonly string[];
  /** @default JSON lines */
  readonly format?: FileFormat;
}

/** What each output gets, in order, and what is refused under `errors`. */
export async function runBounded(spec: PipelineSpec, inputs: { readonly [input: string]: Input }): Promise<Rows> {
  const rows: { [output: string]: { readonly [field: string]: unknown }[] } = { errors: [] };
  const into = (name: string) => {
    const taken = (rows[name] ??= []);
    return (row: object) => void taken.push({ ...row });
  };
  const sides = Object.entries(inputs).filter(([name]) => spec.inputs[name]?.kind === "side");
  const read = Object.entries(inputs).filter(([name]) => spec.inputs[name]?.kind === "bounded");
  await runOverSources({
    spec,
    inputs: Object.fromEntries(read.map(([name, input]) => [name, [sourceOf(input)]])),
    sides: new Map(
      await Promise.all(sides.map(async ([name, input]) => [name, await side(spec, name, input)] as const)),
    ),
    started: Date.parse("2030-01-01T00:00:00Z"),
    output: into,
    errors: into("errors"),
  });
  return rows;
}

function sourceOf({ file, format = jsonLines }: Input) {
  const name = typeof file === "string" ? basename(file) : "lines";
  return fileSource(name, formatOf(format), () => (typeof file === "string" ? createReadStream(file) : text(file)));
}

const jsonLines: FileFormat = { type: "json-lines" };

async function* text(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(lines.join("\n"));
}

function side(spec: PipelineSpec, name: string, { file, format = jsonLines }: Input) {
  const input = spec.inputs[name];
  if (input === undefined || typeof file !== "string") throw new Error(`${name} is no side input from a file`);
  const { storage } = cloudOf({}, systemClock);
  const sources = {
    query: () => Promise.resolve([]),
    table: () => Promise.resolve([]),
    files: (pattern: string) => filesAt(pattern, storage),
  };
  return readSide(sources, { files: file, format }, input);
}
