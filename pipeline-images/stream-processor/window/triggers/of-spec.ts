import { milliseconds } from "../../../../pipeline/duration";
import type { TriggerSpec } from "../../../../pipeline/spec";
import { AfterCount } from "./after-count";
import { AfterProcessingTime } from "./after-processing-time";
import { AfterWatermark } from "./after-watermark";
import { AfterAll, AfterAny, AfterEach } from "./composite";
import { Repeatedly } from "./repeatedly";
import { Layout, type Trigger, type TriggerState } from "./trigger";

export interface MadeTrigger {
  readonly trigger: Trigger;
  /** The state of every cell that has seen nothing: one for all of them, and never changed. */
  readonly initial: TriggerState;
  /** A state that may be changed: the same one, or a copy of the initial one. */
  readonly own: (state: TriggerState) => TriggerState;
}

/**
 * @param continued for what was grouped before: Beam's continuation trigger. The first grouping waited for its count or
 *   its time, and what it gives is passed on as it comes
 */
export function triggerOf(spec: TriggerSpec, continued = false): MadeTrigger {
  const layout = new Layout();
  const make = (one: TriggerSpec): Trigger => {
    switch (one.type) {
      case "afterCount":
        return new AfterCount(layout, continued ? 1 : one.count);
      case "afterProcessingTime":
        return new AfterProcessingTime(layout, continued ? 0 : milliseconds(one.delay));
      case "afterWatermark":
        return new AfterWatermark(layout, one.early && make(one.early), one.late && make(one.late));
      case "repeatedly":
        return new Repeatedly(make(one.of));
      case "afterAny":
        return new AfterAny(layout, one.of.map(make));
      case "afterAll":
        return new AfterAll(layout, one.of.map(make));
      case "afterEach":
        return continued
          ? new Repeatedly(new AfterAny(layout, one.of.map(make)))
          : new AfterEach(layout, one.of.map(make));
    }
  };
  const trigger = make(spec);
  const initial = layout.initial();
  return { trigger, initial, own: (state) => (state === initial ? initial.slice() : state) };
}
