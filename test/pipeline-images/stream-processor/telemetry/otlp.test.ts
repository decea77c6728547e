import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { catalogue } from "../../../../pipeline-images/stream-processor/processor/telemetry/catalogue";
import { otlpSettings } from "../../../../pipeline-images/stream-processor/processor/telemetry/otlp-settings";
import { prometheusName } from "../../../../pipeline-images/stream-processor/processor/telemetry/prometheus";
import { telemetryOf } from "../../../../pipeline-images/stream-processor/processor/telemetry/telemetry";
import { RecordingTracer } from "../../../../pipeline-images/stream-processor/processor/telemetry/tracer";
import { tracedLog } from "../../../../pipeline-images/stream-processor/processor/telemetry/traced-log";
import { processorLogMetrics } from "../../../../constructs/monitoring/signals/stream-processor";
import type { Clock } from "../../../../runtime/clock";
import type { Log } from "../../../../runtime/log";
import { HandClock } from "../../../local/support/host";
import { Journey } from "../support/journey";
import { Simulation } from "../support/simulation";

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue: string };
}
interface DataPoint {
  readonly attributes: readonly Attribute[];
  readonly asDouble?: number;
  readonly count?: string;
  readonly bucketCounts?: readonly string[];
  readonly explicitBounds?: readonly number[];
}
interface MetricsRequest {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly histogram?: { readonly dataPoints: readonly DataPoint[] };
      }[];
    }[];
  }[];
}

/** A collector that keeps what it is told. */
async function collector() {
  const told: { path: string; headers: { [name: string]: unknown }; body: unknown }[] = [];
  let code = 200;
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      told.push({ path: request.url ?? "", headers: request.headers, body: JSON.parse(text) });
      response.writeHead(code).end("{}");
    });
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { told, endpoint: `http://127.0.0.1:${port}`, answer: (other: number) => (code = other) };
}

const noProblem = (problem: string): never => {
  throw new Error(problem);
};
const turn = () => new Promise((resolve) => void setImmediate(resolve));
const acme = () => Promise.resolve("acme");

const silent: Log = () => {};

const tracerOf = (clock: Clock, oneOf: number) => {
  let random = 0;
  const randomHex = (bytes: number) => (random += 1).toString(16).padStart(2 * bytes, "0");
  return new RecordingTracer({ clock, randomHex, oneOf });
};

describe("the metrics", () => {
  test("are named as those that alerts are made of", () => {
    const alerted = Object.keys(processorLogMetrics([{ pipeline: "clicks", workerPool: "clicks" }]));
    expect(alerted.length).toBeGreaterThan(3);
    for (const name of alerted) expect(Object.keys(catalogue)).toContain(name.replaceAll("-", "."));
  });

  test("have Prometheus' names by the rules: the unit, and total for what only grows", () => {
    expect(
      (["watermark.age", "messages", "checkpoint.size", "memory.short", "message_ids"] as const).map(prometheusName),
    ).toEqual([
      "journey_processor_watermark_age_seconds",
      "journey_processor_messages_total",
      "journey_processor_checkpoint_size_bytes",
      "journey_processor_memory_short",
      "journey_processor_message_ids",
    ]);
  });
});

describe("a collector", () => {
  test("is told metrics and spans by OTLP, now and then and at the end, and no word of any event", async () => {
    const { told, endpoint } = await collector();
    const settings = otlpSettings(
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: `${endpoint}/`,
        OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%20b,x-other=1",
        OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=dev",
        OTEL_TRACES_SAMPLER_ARG: "1",
      },
      noProblem,
    );
    const journey = new Journey(new Simulation(1));
    const clock = new HandClock();
    const lines: string[] = [];
    const telemetry = telemetryOf(settings, clock, (_, line) => void lines.push(line), acme);
    journey.tracer = telemetry.tracer;
    const { processor } = journey.start();
    await journey.pass(2);
    journey.click(0, "a secret");
    await journey.pass(60);
    telemetry.begin({
      instance: "one",
      state: () => processor.told,
      distributions: () => processor.histograms.distributions,
    });
    clock.advance(60_000);
    while (told.length < 2) await turn();
    await telemetry.end();
    expect(told.map(({ path }) => path)).toEqual(["/v1/metrics", "/v1/traces", "/v1/metrics"]);
    expect(told[0]?.headers).toMatchObject({ "x-key": "a b", "x-other": "1", "content-type": "application/json" });
    expect(JSON.stringify(told)).not.toContain("secret");
    const [resource] = (told.at(0) as { readonly body: MetricsRequest }).body.resourceMetrics;
    expect(resource?.resource.attributes).toEqual([
      { key: "service.name", value: { stringValue: "clicks" } },
      { key: "service.instance.id", value: { stringValue: "one" } },
      { key: "deployment.environment", value: { stringValue: "dev" } },
    ]);
    const metrics = new Map((resource?.scopeMetrics[0]?.metrics ?? []).map((metric) => [metric.name, metric]));
    const pipeline = { key: "pipeline", value: { stringValue: "clicks" } };
    expect(metrics.get("journey.processor.messages")).toMatchObject({
      unit: "{message}",
      sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ asDouble: 1, attributes: [pipeline] }] },
    });
    expect(metrics.get("journey.processor.watermark.age")).toMatchObject({ unit: "s", gauge: { dataPoints: [{}] } });
    const histogram = metrics.get("journey.processor.checkpoint.duration")?.histogram?.dataPoints[0];
    const counts = (histogram?.bucketCounts ?? []).map(Number);
    expect(counts).toHaveLength((histogram?.explicitBounds ?? []).length + 1);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(Number(histogram?.count));
    // Nobody but the collector hears of it.
    expect(lines).toEqual([]);
  });

  test("that does not answer is spoken of once, and once when it does again; nothing else is changed by it", async () => {
    const { told, endpoint, answer } = await collector();
    const clock = new HandClock();
    const lines: string[] = [];
    const settings = otlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, noProblem);
    const telemetry = telemetryOf(settings, clock, (_, line) => void lines.push(line), acme);
    const { processor } = new Journey(new Simulation(1)).start();
    telemetry.begin({ instance: "one", state: () => processor.told, distributions: () => [] });
    answer(503);
    for (const [i, code] of [503, 503, 200].entries()) {
      answer(code);
      // It sends again a minute after its last attempt has come to an end.
      while (told.length <= i) {
        clock.advance(60_000);
        await turn();
      }
    }
    while (lines.length < 2) await turn();
    expect(lines).toEqual([`${endpoint}: 503 from ${endpoint}/v1/metrics`, expect.stringContaining("works again")]);
    expect(processor.status.problem).toBeNull();
    await telemetry.end();
  });

  test("that never answers keeps nobody from leaving", async () => {
    const server = createServer(() => {}).listen(0, "127.0.0.1");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const settings = otlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }, noProblem);
    const clock = new HandClock();
    const telemetry = telemetryOf(settings, clock, silent, acme);
    const { processor } = new Journey(new Simulation(1)).start();
    telemetry.begin({ instance: "one", state: () => processor.told, distributions: () => [] });
    const ended = telemetry.end();
    clock.advance(1_000);
    await ended;
  });

  test("is not asked for where its variable is not set: no span, no line, no request", () => {
    expect(otlpSettings({}, noProblem)).toBeUndefined();
    const telemetry = telemetryOf(undefined, new HandClock(), silent, () => Promise.reject(new Error("asked")));
    expect(telemetry.log).toBe(silent);
    expect(telemetry.tracer.current).toBeUndefined();
  });

  test("of another kind is refused in sentences", () => {
    const problems: string[] = [];
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4317",
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      OTEL_TRACES_SAMPLER_ARG: "7",
    };
    otlpSettings(environment, (problem) => void problems.push(problem));
    expect(problems).toEqual([
      'OTEL_EXPORTER_OTLP_ENDPOINT is "collector:4317": it is http://host:port',
      'OTEL_EXPORTER_OTLP_PROTOCOL is "grpc": the processor speaks http/json, as collectors do on port 4318',
      'OTEL_TRACES_SAMPLER_ARG is "7": it is from 0.001 to 1',
    ]);
  });
});

describe("spans", () => {
  test("are of the take-over with its restores, of each checkpoint, and of a share of what sinks are asked", async () => {
    const world = new Simulation(1);
    const journey = new Journey(world);
    const tracer = tracerOf({ now: () => world.time, after: (delay, task) => world.at(delay, task) }, 10);
    journey.tracer = tracer;
    journey.start();
    await journey.pass(2);
    const spans = tracer.take();
    const takeOver = spans.find(({ name }) => name === "take-over");
    expect(spans.find(({ name }) => name === "restore")).toMatchObject({
      traceId: takeOver?.traceId,
      parent: takeOver?.spanId,
    });
    for (let i = 0; i < 100; i += 1) {
      journey.click(0, "ada");
      await journey.pass(1);
    }
    const later = tracer.take();
    const of = (name: string) => later.filter((span) => span.name === name);
    expect(of("checkpoint").length).toBeGreaterThan(80);
    expect(new Set(of("checkpoint").map(({ traceId }) => traceId)).size).toBe(of("checkpoint").length);
    expect(of("sink").length).toBeGreaterThan(5);
    expect(of("sink").length).toBeLessThan(30);
    // One that fails is always there, and does not say the words of the failure.
    journey.tables.down = true;
    journey.click(0, "ada");
    await journey.pass(3);
    const failed = tracer.take().filter(({ failure }) => failure !== undefined);
    expect(failed.length).toBeGreaterThan(2);
    expect(failed[0]).toMatchObject({ name: "sink", attributes: { output: "rows" }, failure: "Error" });
  });

  test("that nobody takes are no more than a thousand", async () => {
    const tracer = tracerOf(new HandClock(), 1);
    for (let i = 0; i < 1_200; i += 1) await tracer.during("checkpoint", {}, () => Promise.resolve());
    expect(tracer.dropped).toBe(200);
    expect(tracer.take()).toHaveLength(1_000);
    expect(tracer.take()).toHaveLength(0);
  });

  test("stand in the lines that are written within them, as Cloud Logging reads it", async () => {
    const tracer = tracerOf(new HandClock(), 1);
    const lines: unknown[] = [];
    const log = tracedLog(
      (...line) => void lines.push(line),
      tracer,
      () => "acme",
    );
    log("INFO", "before");
    await tracer.during("checkpoint", {}, async () => {
      await Promise.resolve();
      log("WARNING", "within", { failures: 1 });
    });
    log("INFO", "after");
    expect(lines).toEqual([
      ["INFO", "before", undefined],
      [
        "WARNING",
        "within",
        {
          failures: 1,
          "logging.googleapis.com/trace": `projects/acme/traces/${"1".padStart(32, "0")}`,
          "logging.googleapis.com/spanId": "2".padStart(16, "0"),
          "logging.googleapis.com/trace_sampled": true,
        },
      ],
      ["INFO", "after", undefined],
    ]);
  });
});
