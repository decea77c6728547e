import {
  afterCount,
  afterProcessingTime,
  afterWatermark,
  count,
  fixed,
  globalWindow,
  pipeline,
  repeatedly,
  sessions,
  sliding,
  windowEnd,
  windowStart,
} from "../../../pipeline";
import { LiveEvent } from "./live-events";

/** One stream, in every kind of window, and by every kind of trigger. */
export const windows = pipeline("windows", { events: LiveEvent }, ({ events }) => {
  const timed = events.eventTime("timestamp", { maxDelay: "30s" });
  const start = { window_start: windowStart() };
  const each = { events: count() };
  return {
    fixed: timed.window(fixed("10m")).aggregate({ ...start, ...each }),
    sliding: timed.window(sliding("10m", { every: "5m" })).aggregate({ ...start, ...each }),
    sessions: timed
      .window(sessions({ gap: "30m" }))
      .groupBy("user_id")
      .aggregate({ ...start, window_end: windowEnd(), ...each }),
    // There is one window, without an end: what is new comes out every minute.
    global: timed
      .window(globalWindow(), { trigger: repeatedly(afterProcessingTime("1m")), accumulation: "accumulating" })
      .groupBy("event")
      .aggregate(each),
    // Every row of a minute is all there is of it, and takes the place of the one before.
    early_and_late: timed
      .window(fixed("1m"), {
        trigger: afterWatermark({ early: afterProcessingTime("30s"), late: afterCount(1) }),
        allowedLateness: "1h",
        accumulation: "accumulating",
      })
      .aggregate({ ...start, ...each }),
    // Every row is what is new: they add up.
    every_ten: timed
      .window(fixed("1m"), { trigger: repeatedly(afterCount(10)), accumulation: "discarding" })
      .aggregate({ ...start, ...each }),
  };
});
