/**
 * An output that writes to many places has a part in the record for each of them, with a stream, an offset and requests
 * of its own. Names of outputs have no space in them.
 */
import type { RecordedOutput } from "./recorded-output";

/** How the part of an output is called. */
export const partName = (output: string, part: string): string => `${output} ${part}`;

/** The output that a name is of, or of a part of. */
export const outputOf = (name: string): string => name.split(" ", 1)[0] as string;

/** The part that a name is of. */
export const partOf = (name: string): string => name.slice(outputOf(name).length + 1);

/** What is recorded of an output's parts, by part. */
export function partsOf(outputs: ReadonlyMap<string, RecordedOutput>, output: string): Map<string, RecordedOutput> {
  const parts = [...outputs].filter(([name]) => name !== output && outputOf(name) === output);
  return new Map(parts.map(([name, recorded]) => [partOf(name), recorded]));
}
