/** What a run reads, by its bindings: files that are listed once, tables and queries. */
import { filesOfRun, type InputBinding, type InputBindings } from "../../../pipeline/bindings";
import { mapValues } from "../../../pipeline/objects";
import type { PipelineSpec } from "../../../pipeline/spec";
import { formatOf } from "../formats/of-binding";
import type { Cloud } from "../google/cloud";
import { type ListedFile, listFiles, openFile } from "../place";
import { tableParts } from "../sinks/table-path";
import { jsonOf, timesAsText } from "../source/side-reader";
import { type BoundedSource, fileSource, rowsSource } from "./bounded-source";
import type { Manifest } from "./claims";
import { shareOf } from "./share";

/** Why a bounded input is not read from there; undefined where it is. */
export function whyNotBounded(binding: InputBinding): string | undefined {
  return "subscription" in binding ? "a run that ends reads files, a table or a query, not a subscription" : undefined;
}

/** Names of the inputs that rows come from. */
const boundedInputs = (spec: PipelineSpec): readonly string[] =>
  Object.entries(spec.inputs).flatMap(([name, { kind }]) => (kind === "side" ? [] : [name]));

/** What the run reads from now on, whatever is added or goes by. @throws Error where an input has no file */
export async function manifestOf(
  spec: PipelineSpec,
  bindings: InputBindings,
  { storage }: Pick<Cloud, "storage">,
  started: number,
  yesterday?: string,
): Promise<Manifest> {
  const files: { [input: string]: readonly ListedFile[] } = {};
  for (const name of boundedInputs(spec)) {
    const binding = bindings[name];
    if (binding === undefined || !("files" in binding)) continue;
    files[name] = await listFiles(filesOfRun(binding.files, new Date(started), yesterday), storage);
  }
  return { started, files };
}

export interface SharedSources {
  readonly inputs: { readonly [input: string]: readonly BoundedSource[] };
  /** Of the files among them, as they are stored. */
  readonly bytes: number;
}

/**
 * What one task reads: its share of the files. Tables and queries are read by one task alone, each whole, for nobody
 * else would see the same rows of them.
 */
export function sourcesOf(
  spec: PipelineSpec,
  bindings: InputBindings,
  manifest: Manifest,
  { cloud, project, task, tasks }: SourcesOptions,
): SharedSources {
  let bytes = 0;
  const inputs: { [input: string]: readonly BoundedSource[] } = {};
  for (const [place, name] of boundedInputs(spec).entries()) {
    const binding = bindings[name] as InputBinding;
    if ("files" in binding) {
      const format = formatOf(binding.format);
      const files = shareOf(manifest.files[name] ?? [], task, tasks);
      bytes += files.reduce((sum, file) => sum + file.bytes, 0);
      inputs[name] = files.map((file) => fileSource(file.name, format, () => openFile(file.name, cloud.storage)));
    } else {
      inputs[name] = place % tasks === task ? [rowsOf(name, spec, binding, cloud, project)] : [];
    }
  }
  return { inputs, bytes };
}

interface SourcesOptions {
  readonly cloud: Cloud;
  /** That queries are run and paid in. */
  readonly project: () => Promise<string>;
  readonly task: number;
  readonly tasks: number;
}

function rowsOf(
  name: string,
  { inputs }: PipelineSpec,
  binding: InputBinding,
  { bigQuery }: Cloud,
  project: SourcesOptions["project"],
): BoundedSource {
  const columns = (inputs[name]?.fields ?? []).map((field) => field.name);
  if ("table" in binding)
    return rowsSource(binding.table, () => bigQuery.tablePages(tableParts(binding.table), columns));
  const query = "query" in binding ? binding.query : "";
  return rowsSource(`the query of ${name}`, () => asked(query, columns));

  async function* asked(sql: string, names: readonly string[]): AsyncGenerator<readonly string[]> {
    yield* bigQuery.textPages(await project(), jsonOf(sql, names));
  }
}

/** The pipeline as it reads what its inputs are bound to: times of BigQuery are text, however files write them. */
export const specOfSources = (spec: PipelineSpec, bindings: InputBindings): PipelineSpec => ({
  ...spec,
  inputs: mapValues(spec.inputs, (input, name) => {
    const binding = bindings[name];
    const isListed = binding !== undefined && ("table" in binding || "query" in binding);
    return input.kind !== "side" && isListed ? { ...input, fields: timesAsText(input.fields) } : input;
  }),
});
