/** A pipeline that is pushed to, as a container: its port, its world, its ending. */
import { randomUUID } from "node:crypto";
import { readSpec } from "../../../pipeline/read-spec";
import type { Clock } from "../../../runtime/clock";
import { answer, close, type Controlled, type HandleRequest, listen } from "../control";
import type { Cloud } from "../google/cloud";
import { sinkClients } from "../google/sink-clients";
import type { Log } from "../../../runtime/log";
import { machineMemory } from "../machine-memory";
import { textAt } from "../place";
import { notStarted, portOf, type Running } from "../processor/pull-service";
import type { Ending } from "../processor/processor";
import { Troubles } from "../processor/troubles";
import { persistently } from "../../../runtime/retry";
import type { PushEnvironment } from "../settings";
import { Signal } from "../signal";
import { pushEndpoint } from "./push-endpoint";
import { telemetryOf } from "../processor/telemetry/telemetry";
import { checkRunnable } from "../processor/runnable";
import { sideReader } from "../processor/side-reader";
import { Sides } from "../processor/sides";
import { PushPipeline } from "./push-pipeline";

/** Milliseconds that a stop waits for what is open: Cloud Run kills after 10 s. */
const STOP_LONGEST = 8_000;

export async function runPush(settings: PushEnvironment, cloud: Cloud, clock: Clock, plainLog: Log): Promise<Running> {
  const telemetry = telemetryOf(settings.otlp, clock, plainLog, () => cloud.project());
  const { log, tracer } = telemetry;
  const memory = machineMemory(settings.memoryLimit);
  const troubles = new Troubles(log);
  const started: { pipeline?: PushPipeline; endpoint: HandleRequest } = {
    endpoint: (_, response) => answer(response, 503, { error: "it is starting" }),
  };
  const controlled: Controlled = {
    get state() {
      return started.pipeline?.told ?? notStarted("push", troubles, memory);
    },
    get distributions() {
      return started.pipeline?.histograms.distributions ?? [];
    },
    get ready() {
      return started.pipeline !== undefined;
    },
  };
  const server = await listen(settings.port, controlled, (request, response) => started.endpoint(request, response));
  const text = await persistently(clock, troubles.about("the pipeline"), () =>
    textAt(settings.pipeline, cloud.storage),
  );
  const bound = { ...settings, spec: readSpec(text) };
  const read = sideReader(cloud, Object.values(settings.subscriptions));
  const sides = new Sides({ spec: bound.spec, bindings: bound.sides, read, clock, troubles });
  checkRunnable(bound, "pushed");
  await sides.load();
  const pipeline = new PushPipeline({ bound, clock, clients: sinkClients(cloud, clock), troubles, memory, tracer });
  const { histograms } = pipeline;
  telemetry.begin({
    instance: randomUUID(),
    state: () => pipeline.told,
    distributions: () => histograms.distributions,
  });
  sides.attach((name, rows) => pipeline.setSide(name, rows));
  started.pipeline = pipeline;
  started.endpoint = pushEndpoint({ ...settings, pipeline, clock });
  log("INFO", `${bound.spec.name}: takes messages on port ${portOf(server)}`);

  const stopped = new Signal(clock);
  const ended = async (): Promise<Ending> => {
    await stopped.wait();
    sides.stop();
    await close(server, clock, STOP_LONGEST);
    await telemetry.end();
    return "stopped";
  };
  const all = ended();
  const stop = async (): Promise<void> => {
    stopped.call();
    await all;
  };
  return { port: portOf(server), ended: all, stop };
}
