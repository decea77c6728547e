import type { Duration } from "../duration";
import { isBounded, type Flow } from "../flow";
import { after, type Draft, type Node } from "../graph/graph";
import { timestamp, type Fields } from "../schema/field";
import { sayUnknown } from "./checks";
import type { TimestampName } from "./field-names";

export interface EventTimeOptions {
  /**
   * How long after its event time a row may come and still be in time: the watermark stays that far behind. Longer
   * finds more rows in time and gives results later.
   */
  readonly maxDelay: Duration;
}

/** The field that may tell the event time: before the windows, which are made by it. */
export type EventTimeName<F extends Fields, W extends Flow> = W extends "windowed" | "bounded windows"
  ? "the rows are in windows already: call .eventTime(...) before .window(...)"
  : TimestampName<F>;

export const eventTime = (of: Node, field: string, options: EventTimeOptions | undefined): Draft => ({
  kind: "eventTime",
  fields: of.fields,
  stream: after(of.stream, { eventTime: field }),
  describe(report) {
    sayUnknown(report, of.fields, [field]);
    const found = of.fields[field];
    if (found !== undefined && (found.type !== "TIMESTAMP" || found.mode !== "REQUIRED")) {
      report.say(`"${field}" is a ${found.mode} ${found.type}: the event time is a REQUIRED TIMESTAMP`);
    }
    if (of.stream.eventTime !== undefined) {
      report.say(`the event time is "${of.stream.eventTime}" already: set it once`);
    }
    if (of.stream.window !== undefined) report.say("the rows are in windows already: call it before .window(...)");
    if (isBounded(of.stream.flow)) return { kind: "eventTime", field };
    const maxDelay = options?.maxDelay;
    if (maxDelay === undefined) {
      report.say('maxDelay is missing: say how late a row may come, as in { maxDelay: "30s" }');
      return { kind: "eventTime", field };
    }
    return { kind: "eventTime", field, maxDelay: report.duration("maxDelay", maxDelay, "nothing or more") };
  },
});

/** A column that holds when the row was taken in. */
export const processingTime = (of: Node, field: string): Draft => ({
  kind: "processingTime",
  fields: { ...of.fields, [field]: timestamp({ description: "when the pipeline took the row in" }) },
  stream: of.stream,
  describe(report) {
    if (Object.hasOwn(of.fields, field)) {
      report.say(`this row has a field "${field}" already: choose another name`);
    }
    return { kind: "processingTime", field };
  },
});
