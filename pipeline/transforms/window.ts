import type { Duration } from "../duration";
import { isBounded } from "../flow";
import { after, type Draft, type Node, type WindowState } from "../graph/graph";
import { Sentences } from "../graph/report";
import type { AccumulationSpec, TriggerSpec } from "../spec";
import { firesTwice, sayLosses, triggerSpec, type Trigger } from "./trigger";
import { windowingSpec, type Windowing } from "./windowing";

/**
 * What a later pane of a window holds: `discarding`, only what came since the last, so that panes add up;
 * `accumulating`, all of the window, so that the last pane is the result.
 */
export type Accumulation = AccumulationSpec;

/** Beam's rule: whose windows may fire more than once says what a later pane holds. */
export type WindowOptions =
  | { readonly trigger?: undefined; readonly allowedLateness?: undefined; readonly accumulation?: undefined }
  | {
      /**
       * When a window gives what it has.
       * @default when the watermark passes its end; with an allowed lateness, again for each row that is late
       */
      readonly trigger?: Trigger;
      /**
       * How long after the watermark passed a window's end its late rows still count. Rows later than that are
       * errors with the reason `late`.
       * @default "0s": a window's result is final when it comes
       */
      readonly allowedLateness?: Duration;
      readonly accumulation: Accumulation;
    };

export function window(of: Node, windowing: Windowing, options: WindowOptions): Draft {
  const problems = new Sentences();
  const state = windowState(of, windowing, options, problems);
  const { firesTwice: _firesTwice, panes: _panes, ...spec } = state;
  return {
    kind: "window",
    fields: of.fields,
    stream: after(of.stream, { window: state, flow: isBounded(of.stream.flow) ? "bounded windows" : "windowed" }),
    describe(report) {
      problems.all.forEach((sentence) => report.say(sentence));
      return { kind: "window", ...spec };
    },
  };
}

function windowState(of: Node, windowing: Windowing, options: WindowOptions, problems: Sentences): WindowState {
  const endless = !isBounded(of.stream.flow);
  const windows = windowingSpec(windowing, problems);
  const { accumulation, allowedLateness = "0s" } = options;
  const lateness = problems.duration("allowedLateness", allowedLateness, "nothing or more");
  const trigger = withLate(triggerSpec(options.trigger ?? { type: "afterWatermark" }, problems), lateness);
  sayLosses(trigger, windows, endless, problems);
  if (trigger.type === "afterWatermark" && trigger.late !== undefined && lateness === "0s") {
    problems.say('late fires for rows that allowedLateness lets in: say how late, as in { allowedLateness: "10m" }');
  }
  if (windowing.type === "global" && lateness !== "0s") {
    problems.say("nothing is late in the global window: leave allowedLateness out");
  }
  if (windowing.type !== "global" && !endless && of.stream.eventTime === undefined) {
    problems.say("bounded rows have no time of their own: call .eventTime(...) before .window(...)");
  }
  if (accumulation === undefined && (options.trigger !== undefined || options.allowedLateness !== undefined)) {
    problems.say(
      'its windows may fire again: say what a later pane holds, { accumulation: "discarding" } or "accumulating"',
    );
  }
  return {
    windowing: windows,
    trigger,
    allowedLateness: lateness,
    accumulation: accumulation ?? "discarding",
    firesTwice: endless && firesTwice(trigger),
    panes: false,
  };
}

/** Rows that the lateness lets in are to come out, so that a lateness alone means: each late row fires. */
function withLate(trigger: TriggerSpec, lateness: string): TriggerSpec {
  if (trigger.type !== "afterWatermark" || trigger.late !== undefined || lateness === "0s") return trigger;
  return { ...trigger, late: { type: "afterCount", count: 1 } };
}
