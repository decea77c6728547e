/** What random pipelines found, each as small as it was shrunk. */
import { expect, test } from "vitest";
import { count, fixed, paneTiming, pipeline, schema, string, timestamp } from "../../../../pipeline";
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
