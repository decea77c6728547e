import type { Duration } from "../duration";
import type { Endless, Flow, Remembering } from "../flow";
import { after, type Draft, type Node } from "../graph/graph";
import { sayKeys } from "./checks";
import type { StepOptions } from "./function";

export interface WithinOption {
  /** How long a key is remembered, in event time, counted from its first row. */
  readonly within: Duration;
}

/** An endless stream says how long it remembers; windows and bounded rows have an end of their own. */
export type DistinctOptions<W extends Flow> = W extends Endless ? [StepOptions & WithinOption] : [StepOptions?];

/** The first row of each key. */
export function distinct(of: Node, keys: readonly string[], options: StepOptions & Partial<WithinOption>): Draft {
  const { flow, window } = of.stream;
  const endless = flow === "row-wise" || flow === "stateful";
  return {
    kind: "distinct",
    name: options.name,
    fields: of.fields,
    stream: after(of.stream, { flow: remembering(flow) }),
    describe(report) {
      if (keys.length === 0) report.say('it has no key: name one, as in .distinct("event_id")');
      sayKeys(report, of.fields, keys);
      if (window?.windowing.type === "sessions") {
        report.say("a session is not known before it ends: call .distinct(...) before .window(sessions(...))");
      }
      if (options.within === undefined) {
        if (endless) report.say('a stream has no end: say how long a key is remembered, as in { within: "1d" }');
        return { kind: "distinct", keys };
      }
      if (!endless) report.say("within is for streams without windows: here all rows of a window are compared");
      return { kind: "distinct", keys, within: report.duration("within", options.within, "more than nothing") };
    },
  };
}

export const remembering = <W extends Flow>(flow: W): Remembering<W> =>
  (flow === "row-wise" ? "stateful" : flow) as Remembering<W>;
