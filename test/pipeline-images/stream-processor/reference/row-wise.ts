/** Steps that look at one row at a time. */
import type { AnyRow } from "../../../../pipeline/schema/row";
import { millisecondsOf, timestampOfMilliseconds } from "../../../../pipeline/schema/timestamp";
import type { FunctionSpec, StepSpec } from "../../../../pipeline/spec";
import { call, checked } from "./compiled";
import { type Current, type Element, pick, Wrong } from "./element";
import { windowsOf } from "./windows";

/** Milliseconds after which an event that is later than its publication is a mistake. */
const FUTURE = 5 * 60_000;

/** An event time that cannot be: refused as what is wrong with the message. */
export class Future extends Error {
  constructor(
    message: string,
    readonly time: number,
  ) {
    super(message);
  }
}

/** Gives the elements that a step makes of one; undefined where the step is none of these. @throws what is refused */
export function rowWise(step: StepSpec, element: Element, current: Current): readonly Element[] | undefined {
  const { row } = element;
  const only = (made: AnyRow): readonly Element[] => [{ ...element, row: made }];
  switch (step.kind) {
    case "filter":
      return truth(step.function, row) ? [element] : [];
    case "assert":
      if (!truth(step.function, row)) throw new Wrong(step.message);
      return [element];
    case "map":
      return only(checked(step.fields, call(step.function, [row])));
    case "withFields": {
      const fields = step.fields.filter(({ name }) => step.sets.includes(name));
      return only({ ...row, ...checked(fields, call(step.function, [row])) });
    }
    case "flatMap": {
      const made = call(step.function, [row]);
      if (!Array.isArray(made)) throw new Wrong(`the result is ${typeof made}, not a list of rows`);
      const rows = made.map((one, i) => checked(step.fields, one, `row ${i}: `));
      return rows.map((one) => ({ ...element, row: one }));
    }
    case "select":
      return only(
        pick(
          row,
          step.fields.map(({ name }) => name),
        ),
      );
    case "rename":
      return only(Object.fromEntries(Object.entries(row).map(([name, value]) => [step.names[name] ?? name, value])));
    case "processingTime":
      return only({ ...row, [step.field]: timestampOfMilliseconds(current.now) });
    case "eventTime": {
      const text = row[step.field] as string;
      const time = millisecondsOf(text);
      if (time > current.published + FUTURE) {
        throw new Future(`${step.field} is ${text}, more than 5 minutes after the message was published`, time);
      }
      return [{ row, time }];
    }
    case "flatten":
      return [element];
    case "window":
      return [{ ...element, windows: windowsOf(step.windowing, element.time) }];
    default:
      return undefined;
  }
}

function truth(spec: FunctionSpec, row: AnyRow): boolean {
  const held = call(spec, [row]);
  if (typeof held !== "boolean") throw new Wrong(`the result is ${typeof held}, not true or false`);
  return held;
}
