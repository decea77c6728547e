/** Windows, triggers and the rest of what a window step says, as the builder allows them. */
import * as fc from "fast-check";
import {
  afterAll,
  afterAny,
  afterCount,
  afterEach,
  afterProcessingTime,
  afterWatermark,
  type Duration,
  fixed,
  globalWindow,
  repeatedly,
  sessions,
  sliding,
  type Windowing,
  type WindowOptions,
} from "../../../../pipeline";
import type { OnceTrigger, Trigger } from "../../../../pipeline/transforms/trigger";

const counts: fc.Arbitrary<OnceTrigger> = fc.integer({ min: 1, max: 4 }).map((n) => afterCount(n));
const times: fc.Arbitrary<OnceTrigger> = fc
  .integer({ min: 1, max: 60 })
  .map((seconds) => afterProcessingTime(`${seconds}s`));
const once: fc.Arbitrary<OnceTrigger> = fc.letrec<{ once: OnceTrigger }>((tie) => ({
  once: fc.oneof(
    { maxDepth: 2, depthIdentifier: "once" },
    counts,
    times,
    fc
      .tuple(fc.boolean(), fc.array(tie("once"), { minLength: 2, maxLength: 3 }))
      .map(([any, of]) => (any ? afterAny(...of) : afterAll(...of))),
  ),
})).once;

const timed: fc.Arbitrary<{ readonly early?: OnceTrigger }> = fc.record({ early: once }, { requiredKeys: [] });

/** Of windows that end: none of them finishes while rows still come. */
const triggers: fc.Arbitrary<Trigger> = fc.oneof(
  { arbitrary: timed.map(afterWatermark), weight: 3 },
  { arbitrary: once.map(repeatedly), weight: 2 },
  fc.tuple(once, once).map(([first, then]) => repeatedly(afterEach(first, then))),
  fc.tuple(once, once, once).map(([first, then, last]) => afterEach(first, then, repeatedly(last))),
  fc.tuple(timed, once).map(([first, then]) => afterEach(afterWatermark(first), repeatedly(then))),
  timed.map((options) => repeatedly(afterWatermark(options))),
);

const globalTriggers: fc.Arbitrary<Trigger> = fc.oneof(
  fc.tuple(counts, times).map(([n, time]) => repeatedly(afterAny(n, time))),
  times.map(repeatedly),
  times.map((early) => afterWatermark({ early })),
  fc.tuple(times, times).map(([first, time]) => afterEach(first, repeatedly(time))),
);

/** Sessions that become one carry no order of firings that a sequence of triggers could go on from. */
const sessionTriggers: fc.Arbitrary<Trigger> = fc.oneof(
  { arbitrary: timed.map(afterWatermark), weight: 3 },
  once.map(repeatedly),
);

const durations = fc.constantFrom<Duration>("1s", "30s", "1m", "90s", "5m");
const offsets = fc.constantFrom<Duration | undefined>(undefined, undefined, "700ms");
const withOffset = (offset: Duration | undefined): { readonly offset?: Duration } =>
  offset === undefined ? {} : { offset };

const fixedWindows = fc.tuple(durations, offsets).map(([size, offset]) => fixed(size, withOffset(offset)));
const slidingWindows = fc
  .tuple(fc.constantFrom<[Duration, Duration]>(["1m", "30s"], ["150s", "1m"], ["5m", "90s"], ["1m", "1m"]), offsets)
  .map(([[size, every], offset]) => sliding(size, { every, ...withOffset(offset) }));
const sessionWindows = fc.constantFrom<Duration>("1s", "10s", "45s", "2m").map((gap) => sessions({ gap }));

const lateness = fc.constantFrom<Duration>("0s", "1ms", "30s", "3m");
const accumulation = fc.constantFrom("discarding" as const, "accumulating" as const);

export interface Windows {
  readonly windowing: Windowing;
  readonly options: WindowOptions;
}

function withLate(trigger: Trigger, late: OnceTrigger | undefined, allowedLateness: Duration): Trigger {
  if (trigger.type !== "afterWatermark" || late === undefined || allowedLateness === "0s") return trigger;
  return { ...trigger, late };
}

const inWindows = (windowing: fc.Arbitrary<Windowing>, trigger: fc.Arbitrary<Trigger>): fc.Arbitrary<Windows> =>
  fc.record({ windowing, trigger, late: fc.option(once, { nil: undefined }), lateness, accumulation }).map((drawn) => ({
    windowing: drawn.windowing,
    options: {
      trigger: withLate(drawn.trigger, drawn.late, drawn.lateness),
      allowedLateness: drawn.lateness,
      accumulation: drawn.accumulation,
    },
  }));

const plain: fc.Arbitrary<Windows> = fc
  .oneof(fixedWindows, slidingWindows)
  .map((windowing) => ({ windowing, options: {} }));

export const alignedWindows: fc.Arbitrary<Windows> = fc.oneof(
  { arbitrary: plain, weight: 1 },
  { arbitrary: inWindows(fixedWindows, triggers), weight: 5 },
  { arbitrary: inWindows(slidingWindows, triggers), weight: 4 },
  {
    arbitrary: fc
      .tuple(globalTriggers, accumulation)
      .map(([trigger, mode]) => ({ windowing: globalWindow(), options: { trigger, accumulation: mode } })),
    weight: 2,
  },
);

export const anyWindows: fc.Arbitrary<Windows> = fc.oneof(
  { arbitrary: alignedWindows, weight: 4 },
  { arbitrary: inWindows(sessionWindows, sessionTriggers), weight: 1 },
);
