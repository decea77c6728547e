/** What a stream processor tells of itself, as facts in words: those that say nothing are left out. */
import type { PipelineMessage } from "../protocol";
import { bytes, count } from "../words";
import { clockTime } from "./dom";

export interface Fact {
  readonly name: string;
  readonly text: string;
  /** It is not as it should be. */
  readonly bad?: boolean;
}

export function pipelineFacts({ watermark, unwritten, late, problem, ...told }: PipelineMessage): readonly Fact[] {
  return [
    ...one("watermark", watermark ?? ""),
    ...one("unwritten", unwritten > 0 ? `${count(unwritten)} rows` : ""),
    ...one("late", late > 0 ? `${count(late)} events` : ""),
    ...detailFacts(told),
    ...one("problem", problem ?? "", true),
  ];
}

function detailFacts({ detail }: Pick<PipelineMessage, "detail">): readonly Fact[] {
  if (detail === undefined) return [];
  const { memory, steps, refused, checkpoints, outputs } = detail;
  const { used, limit, short } = memory;
  const has = `${bytes(used)}${limit === null ? "" : ` of ${bytes(limit)}`}`;
  return [
    ...one("memory", short ? `short, nothing is taken: ${has}` : has, short),
    ...Object.entries(steps).flatMap(([step, { keys, windows }]) =>
      one(`step ${step}`, `${count(keys)} groups, ${count(windows)} windows open`),
    ),
    ...Object.entries(outputs).flatMap(([output, { to, rows, unwritten, unwrittenBytes }]) =>
      one(
        `output ${output}`,
        `${count(rows)} rows in ${to}${unwritten === 0 ? "" : `, ${count(unwritten)} unwritten (${bytes(unwrittenBytes)})`}`,
      ),
    ),
    ...refused.flatMap(({ step, reason, rows }) => one(`refused by ${step}`, `${count(rows)} rows, ${reason}`, true)),
    ...one("checkpoint", checkpoints === null ? "" : checkpointWords(checkpoints)),
  ];
}

function checkpointWords(told: NonNullable<NonNullable<PipelineMessage["detail"]>["checkpoints"]>): string {
  const { place, term, sequence, last, milliseconds, restoreMilliseconds } = told;
  const written = `${bytes(told.bytes)} in ${count(milliseconds)} ms at ${clockTime(Date.parse(last))}`;
  return `record ${sequence} of term ${term}, ${written}, in ${place}; restored in ${count(restoreMilliseconds)} ms`;
}

const one = (name: string, text: string, bad = false): readonly Fact[] => (text === "" ? [] : [{ name, text, bad }]);
