/** How files are called, and where their parts are until then. */
import type { FileFormat, OutputBinding } from "../../../../pipeline/bindings";
import { timestampOfMilliseconds } from "../../../../pipeline/schema/timestamp";
import type { RowWindow } from "../../window/row-window";

export type FilesBinding = Extract<OutputBinding, { readonly files: string }>;

const suffixes: { readonly [type in FileFormat["type"]]: string } = {
  "json-lines": ".jsonl",
  csv: ".csv",
  text: ".txt",
  avro: ".avro",
  parquet: ".parquet",
};

export const suffixOf = ({ suffix, format }: FilesBinding): string => suffix ?? suffixes[format.type];

/**
 * The name of a shard, as Beam's default naming has it.
 * @param files what names begin with
 * @param what of a run, or of a window, its rows are
 * @see https://beam.apache.org/releases/javadoc/current/org/apache/beam/sdk/io/FileIO.Write.html
 */
export const shardName = (files: string, what: string, shard: number, shards: number, suffix: string): string =>
  `${files}-${what}-${fiveDigits(shard)}-of-${fiveDigits(shards)}${suffix}`;

export const fiveDigits = (count: number): string => String(count).padStart(5, "0");

/** A window in a name, as Beam's Java has it. */
export const windowName = ({ start, end }: RowWindow): string => `${instant(start)}-${instant(end)}`;

const instant = (time: number): string => `${timestampOfMilliseconds(time).slice(0, 23)}Z`;

/** Beside the files, in a folder that no pattern with one `*` finds. */
export function unfinished(files: string, of: string): string {
  const folder = files.slice(0, files.lastIndexOf("/") + 1);
  return `${folder}.unfinished/${of}/${files.slice(folder.length)}`;
}
