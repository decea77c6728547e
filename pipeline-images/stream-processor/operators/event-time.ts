import { literal, keyOf } from "../../../pipeline/schema/generated";
import { millisecondsOf, timestampOfMilliseconds } from "../../../pipeline/schema/timestamp";
import { type EventTimeProgress, FUTURE } from "../source/watermark";
import type { Refuse } from "./error-rows";
import { type Moment, stepFunction, type TakeRow } from "./flow";

/**
 * The time of a row is a field of it, unless that lies in the future: one such row would make all others late.
 * @param decoded nobody else reads the field: its time stands in the moment, and no text was made of it
 */
export const eventTime = (
  field: string,
  decoded: boolean,
  progress: EventTimeProgress,
  moment: Moment,
  refuse: Refuse,
  next: TakeRow,
): TakeRow =>
  stepFunction(
    `const at = ${decoded ? "moment.time" : `millisecondsOf(row[${literal(field)}])`};
    if (at > moment.published + ${FUTURE}) { refuse('parse', future(${decoded ? "timestampOf(at)" : `row[${literal(field)}]`}), row, at); return; }
    progress.observe(at, moment.now);
    next(row, at);`,
    {
      millisecondsOf,
      timestampOf: timestampOfMilliseconds,
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
