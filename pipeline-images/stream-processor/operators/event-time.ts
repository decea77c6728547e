import { literal, keyOf } from "../../../pipeline/schema/generated";
import { millisecondsOf } from "../../../pipeline/schema/timestamp";
import { type EventTimeProgress, FUTURE } from "../source/watermark";
import type { Refuse } from "./error-rows";
import { type Moment, stepFunction, type TakeRow } from "./flow";

/** The time of a row is a field of it, unless that lies in the future: one such row would make all others late. */
export const eventTime = (
  field: string,
  progress: EventTimeProgress,
  moment: Moment,
  refuse: Refuse,
  next: TakeRow,
): TakeRow =>
  stepFunction(
    `const text = row[${literal(field)}];
    const at = millisecondsOf(text);
    if (at > moment.published + ${FUTURE}) { refuse('parse', future(text), row, at); return; }
    progress.observe(at, moment.now);
    next(row, at);`,
    {
      millisecondsOf,
      moment,
      progress,
      refuse,
      next,
      future: (text: string) =>
        `${field} is ${text}, more than ${FUTURE / 60_000} minutes after the message was published`,
    },
  );

/**
 * A column that tells when the row was taken in.
 * @param kept names of the row's other fields that go on
 */
export function processingTime(field: string, kept: readonly string[], moment: Moment, next: TakeRow): TakeRow {
  const fields = [...kept.map((name) => `${keyOf(name)}: row[${literal(name)}]`), `${keyOf(field)}: moment.nowText`];
  return stepFunction(`next({ ${fields.join(", ")} }, time);`, { moment, next });
}
