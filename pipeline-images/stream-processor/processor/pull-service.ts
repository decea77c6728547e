/** A processor that pulls, as a container: its port, its world, its ending. */
import { randomUUID } from "node:crypto";
import { readSpec } from "../../../pipeline/read-spec";
import type { Clock } from "../../../runtime/clock";
import { close, type Controlled, listen } from "../control";
import type { ProcessorState, ProcessorStatus } from "../contract";
import type { Cloud } from "../google/cloud";
import { PubSubSubscriber } from "../google/pubsub";
import { sinkClients } from "../google/sink-clients";
import type { Log } from "../../../runtime/log";
import { storeAt, textAt } from "../place";
import { persistently } from "../../../runtime/retry";
import { machineMemory } from "../machine-memory";
import type { PullEnvironment } from "../settings";
import { patient } from "../log/patient-store";
import { boundInLog } from "./bound-in-log";
import type { Bound } from "./meaning";
import { type Memory, memoryState } from "./memory";
import { type Ending, Processor } from "./processor";
import { sideReader } from "./side-reader";
import { nothingCounted, stateWithout } from "./state";
import { telemetryOf } from "./telemetry/telemetry";
import { Troubles } from "./troubles";
import type { World } from "./world";

/** Records after which the log is compacted: a restart reads as many, in a second or two. */
const COMPACT_AFTER = 1_000;
/** Memory of messages and of rows, each; an instance has 512 MiB at least. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Of messages that wait: the 64 MB that the streams may have underway, and some. */
const MOST_WAITING = 96 * 1024 * 1024;

/** Milliseconds that requests have to be answered when all is over. */
const LAST_ANSWERS = 1_000;

/** Something that runs until it is told to stop. */
export interface Running {
  readonly port: number;
  readonly ended: Promise<Ending>;
  stop(): Promise<void>;
}

/** Waits for its pipeline, as long as it may not be read: grants take a minute to arrive. */
export async function runPull(settings: PullEnvironment, cloud: Cloud, clock: Clock, plainLog: Log): Promise<Running> {
  const telemetry = telemetryOf(settings.otlp, clock, plainLog, () => cloud.project());
  const { log, tracer } = telemetry;
  const memory = machineMemory(settings.memoryLimit);
  const troubles = new Troubles(log);
  const started: { processor?: Processor } = {};
  const controlled: Controlled = {
    get state(): ProcessorState {
      return started.processor?.told ?? notStarted("pull", troubles, memory);
    },
    get stuck(): string | undefined {
      return started.processor?.stuck;
    },
    get distributions() {
      return started.processor?.histograms.distributions ?? [];
    },
    get ready(): boolean {
      return started.processor?.ready ?? false;
    },
    drain: () => started.processor?.drain() ?? Promise.reject(new Error("it is starting, and cannot be drained yet")),
  };
  const server = await listen(settings.port, controlled);
  const owner = randomUUID();
  const { lease } = settings;
  const store = storeAt(settings.checkpoints, cloud.storage);
  const bound = settings.drain
    ? await boundInLog(patient(store, clock, troubles.about(store.place)))
    : await boundBy(settings, () =>
        persistently(clock, troubles.about("the pipeline"), () => textAt(settings.pipeline, cloud.storage)),
      );
  if (bound === undefined) {
    log("INFO", `nothing is left to drain at ${store.place}`);
    await close(server, clock, LAST_ANSWERS);
    return { port: portOf(server), ended: Promise.resolve("drained"), stop: () => Promise.resolve() };
  }
  const world: World = {
    clock,
    log,
    random: Math.random,
    memory,
    tracer,
    owner,
    store,
    subscribe: (subscription) =>
      new PubSubSubscriber({ channel: cloud.pubSub(), clock, subscription, lease, clientId: owner }),
    clients: sinkClients(cloud, clock),
    readSide: sideReader(cloud, Object.values(bound.subscriptions)),
  };
  const running = new Processor(world, {
    ...settings,
    ...bound,
    compactAfter: COMPACT_AFTER,
    mostBytes: MOST_BYTES,
    mostWaiting: MOST_WAITING,
  });
  started.processor = running;
  const { histograms } = running;
  telemetry.begin({ instance: owner, state: () => running.told, distributions: () => histograms.distributions });
  void (settings.drain ? drained(running) : running.start());
  const ended = async (): Promise<Ending> => {
    const ending = await running.ended;
    await telemetry.end();
    // Whoever asked for a drain gets its answer.
    await close(server, clock, LAST_ANSWERS);
    return ending;
  };
  return { port: portOf(server), ended: ended(), stop: () => running.stop() };
}

const boundBy = async (settings: PullEnvironment, text: () => Promise<string>): Promise<Bound> => ({
  ...settings,
  spec: readSpec(await text()),
});

/** Starts it to end it. Where it ends otherwise, its ending says so. */
async function drained(processor: Processor): Promise<void> {
  await processor.start();
  await processor.drain().catch(() => {});
}

/** One that has not read yet what it is to run. */
export const notStarted = (mode: ProcessorStatus["mode"], troubles: Troubles, memory: Memory): ProcessorState =>
  stateWithout(
    { pipeline: "", mode, state: "starting", ...nothingCounted, problem: troubles.problem },
    memoryState(memory.read(), false),
  );

export function portOf(server: { address(): string | { readonly port: number } | null }): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
