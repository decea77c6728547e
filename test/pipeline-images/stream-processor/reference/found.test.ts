/** What random pipelines found, each as small as it was shrunk. */
import { expect, test } from "vitest";
import {
  afterProcessingTime,
  afterWatermark,
  count,
  fixed,
  integer,
  paneTiming,
  pipeline,
  schema,
  sessions,
  string,
  timestamp,
} from "../../../../pipeline";
import { run } from "./engine-run";
import { expected } from "./model";
import { NOON, type Script } from "./script";

const Event = schema("event", { key: string(), at: timestamp() });
const event = (second: number) => ({ data: { key: "a", at: new Date(NOON + second * 1_000).toISOString() } });

test("a restart moves no watermark: when the last row came is recorded", () => {
  const restarted = pipeline("restarted", { events: Event }, ({ events }) => ({
    out: events
      .eventTime("at", { maxDelay: "0s" })
      .window(fixed("1s"))
      .aggregate({ rows: count(), pane: paneTiming() }),
  })).toJSON();
  // The row is a second older than its message. Forgotten, it would look as if messages came and no rows, so that
  // the publish time would have to do.
  const script: Script = [
    { kind: "batch", input: "events", messages: [event(-1)] },
    { kind: "restart" },
    { kind: "watermark", published: NOON, quiet: false },
    { kind: "end" },
  ];
  const came = [{}, {}, {}, { out: [{ rows: 1, pane: "ON_TIME" }] }];
  expect(expected(restarted, script)).toEqual(came);
  expect(run(restarted, script)).toEqual(came);
});

test("at the end a timer that sets the next fires once: it would never come to an end", () => {
  const ticking = pipeline("ticking", { events: Event }, ({ events }) => ({
    out: events.groupBy("key").stateful({
      state: { ticks: integer() },
      initial: { ticks: 0 },
      timeToLive: "unlimited",
      output: { ticks: integer() },
      process: (row, state) => ({ state, output: [], timer: row.at }),
      onTimer: (state, { time }) => {
        const ticks = state.ticks + 1;
        // Less than for ever, so that the test ends where the engine does not.
        if (ticks > 1_000) return { state: null, output: [] };
        return { state: { ticks }, output: [{ ticks }], timer: new Date(Date.parse(time) + 1_000).toISOString() };
      },
    }),
  })).toJSON();
  const script: Script = [
    { kind: "batch", input: "events", messages: [event(0)] },
    { kind: "watermark", published: NOON + 1_000, quiet: false },
    { kind: "end" },
  ];
  const came = [{}, { out: [{ ticks: 1 }, { ticks: 2 }] }, { out: [{ ticks: 3 }] }];
  expect(expected(ticking, script)).toEqual(came);
  expect(run(ticking, script)).toEqual(came);
});

test("a late pane of a session is no new session to the next group: its trigger goes on where it is", () => {
  const twice = pipeline("twice", { events: Event }, ({ events }) => ({
    out: events
      .eventTime("at", { maxDelay: "0s" })
      .window(sessions({ gap: "45s" }), {
        trigger: afterWatermark({ late: afterProcessingTime("1s") }),
        allowedLateness: "30s",
        accumulation: "discarding",
      })
      .aggregate({ rows: count() })
      .aggregate({ panes: count() }),
  })).toJSON();
  const script: Script = [
    { kind: "batch", input: "events", messages: [event(-60), event(0)] },
    { kind: "watermark", published: NOON, quiet: false },
    // Late, in the session that gave its pane: the next group waits for what its late trigger waits for.
    { kind: "batch", input: "events", messages: [event(-60)] },
    { kind: "end" },
  ];
  const came = [{}, { out: [{ panes: 1 }] }, {}, { out: [{ panes: 1 }, { panes: 1 }] }];
  expect(expected(twice, script)).toEqual(came);
  expect(run(twice, script)).toEqual(came);
});
