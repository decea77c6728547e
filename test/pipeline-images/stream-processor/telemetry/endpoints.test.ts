import { expect, onTestFinished, test } from "vitest";
import { paths, type ProcessorState } from "../../../../pipeline-images/stream-processor/contract";
import { close, listen } from "../../../../pipeline-images/stream-processor/control";
import { portOf } from "../../../../pipeline-images/stream-processor/processor/pull-service";
import { systemClock } from "../../../../runtime/clock";
import { Journey } from "../support/journey";
import { Simulation } from "../support/simulation";

/** A processor in its world, asked over a real port; what is answered is of the world's moment. */
async function served() {
  const journey = new Journey(new Simulation(1));
  const { process, processor } = journey.start();
  const server = await listen(0, {
    get state() {
      return processor.told;
    },
    get ready() {
      return processor.ready;
    },
    get stuck() {
      return processor.stuck;
    },
    get distributions() {
      return processor.histograms.distributions;
    },
  });
  onTestFinished(() => close(server, systemClock, 1_000));
  const get = (path: string) => fetch(`http://127.0.0.1:${portOf(server)}${path}`);
  return { journey, process, processor, get };
}

const status = async (answer: Promise<Response>): Promise<number> => (await answer).status;

test("it is alive from the start, and ready once it takes messages", async () => {
  const { journey, get } = await served();
  expect([await status(get(paths.alive)), await status(get(paths.ready))]).toEqual([200, 503]);
  await journey.pass(2);
  expect([await status(get(paths.alive)), await status(get(paths.ready))]).toEqual([200, 200]);
});

test("one that does nothing any more is not alive, and says so", async () => {
  const { journey, process, get } = await served();
  await journey.pass(2);
  process.sleep(40_000);
  await journey.pass(35);
  const answer = await get(paths.alive);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toEqual({ alive: false, problem: "it has done nothing for 35 s" });
  await journey.pass(10);
  expect(await status(get(paths.alive))).toBe(200);
});

test("one whose bucket and table are down is alive: a new one could do no more", async () => {
  const { journey, get } = await served();
  await journey.pass(2);
  journey.bucket.down = true;
  journey.tables.down = true;
  journey.click(0, "ada");
  await journey.pass(300);
  expect(await status(get(paths.alive))).toBe(200);
});

test("the names of before are gone", async () => {
  const { get } = await served();
  for (const path of ["/", "/ready", "/status"]) expect(await status(get(path))).toBe(404);
});

test("the state says what is kept, where it is, and what waits, and no word of any event", async () => {
  const { journey, get } = await served();
  await journey.pass(2);
  for (const user of ["a secret", "another secret"]) journey.click(0, user);
  journey.click(-120, "a secret");
  journey.subscription.publish("a secret that is no JSON");
  journey.tables.down = true;
  await journey.pass(5);
  const text = await (await get(paths.state)).text();
  const state = JSON.parse(text) as ProcessorState;
  expect(state).toMatchObject({
    pipeline: "clicks",
    mode: "pull",
    state: "running",
    messages: 4,
    watermarkAgeSeconds: null,
    steps: { "activity.aggregate": { keys: 3, windows: 2 } },
    refused: [{ step: "clicks", reason: "parse", rows: 1 }],
    checkpoints: { place: "gs://simulated/checkpoints", term: 1, last: expect.stringMatching(/^2024-01-31.12:00:0/) },
    sources: {
      clicks: {
        subscription: "projects/acme/subscriptions/clicks",
        connected: true,
        unacknowledged: 0,
        messageIds: 4,
      },
    },
    outputs: {
      rows: { to: "acme.games.rows", rows: 0, unwritten: 3 },
      activity: { to: "acme.games.activity", rows: 0, unwritten: 0 },
      "#errors": { to: "projects/acme/topics/dead-letters", rows: 1, unwritten: 0 },
    },
    memory: { used: 100e6, limit: 1e9, short: false },
  });
  expect(state.outputs["rows"]?.unwrittenBytes).toBeGreaterThan(0);
  expect(state.checkpoints?.sequence).toBeGreaterThan(0);
  expect(text).not.toContain("secret");
});

test("metrics are text that Prometheus reads: each has a help, a type and the pipeline, and no word of any event", async () => {
  const { journey, get } = await served();
  await journey.pass(2);
  journey.click(0, "a secret");
  journey.subscription.publish("a secret that is no JSON");
  await journey.pass(60);
  const answer = await get(paths.metrics);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const text = await answer.text();
  expect(text).not.toContain("secret");
  const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  for (const sample of samples) {
    expect(sample).toMatch(/^journey_processor_[a-z_]+\{pipeline="clicks"(,[a-z]+="[^"]*")*\} [\d.e+-]+$/);
    const name = (/^[a-z_]+/.exec(sample)?.[0] ?? "").replace(/_(bucket|sum|count)$/, "");
    expect(text).toContain(`# HELP ${name} `);
    expect(text).toContain(`# TYPE ${name} `);
  }
  expect(samples).toEqual(
    expect.arrayContaining([
      'journey_processor_messages_total{pipeline="clicks"} 2',
      'journey_processor_errors_total{pipeline="clicks",step="clicks",reason="parse"} 1',
      'journey_processor_rows_total{pipeline="clicks",output="rows"} 1',
      'journey_processor_connected{pipeline="clicks",input="clicks"} 1',
      'journey_processor_starts_total{pipeline="clicks"} 1',
      'journey_processor_memory_limit_bytes{pipeline="clicks"} 1000000000',
      expect.stringMatching(/^journey_processor_watermark_age_seconds\{pipeline="clicks"\} \d+$/),
      expect.stringMatching(/^journey_processor_checkpoint_duration_seconds_bucket\{pipeline="clicks",le="0.1"\} \d+$/),
      expect.stringMatching(/^journey_processor_sink_duration_seconds_count\{pipeline="clicks",output="rows"\} [1-9]/),
    ]),
  );
});
