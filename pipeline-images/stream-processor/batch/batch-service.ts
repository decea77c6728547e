/** A task of a job, as a container: its world, its ending. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { aggregates } from "../../../pipeline/aggregates";
import { readSpec } from "../../../pipeline/read-spec";
import type { PipelineSpec } from "../../../pipeline/spec";
import type { Clock } from "../../../runtime/clock";
import type { Log } from "../../../runtime/log";
import type { Cloud } from "../google/cloud";
import { pubSubTopics } from "../google/pubsub";
import { sinkClients } from "../google/sink-clients";
import { StorageWrite } from "../google/storage-write";
import { machineMemory } from "../machine-memory";
import { filesBelow, storeAt, textAt } from "../place";
import type { Ending } from "../processor/processor";
import { sideReaderIn } from "../processor/side-reader";
import { Troubles } from "../processor/troubles";
import type { BatchEnvironment } from "../settings";
import { whyNotRead } from "../source/side-reader";
import { unsupported, unsupportedOutputs } from "../unsupported";
import { checkPartitions } from "./partitions";
import { memoryBudget } from "./spill/budget";
import { whyNotBounded } from "./sources";
import { Task } from "./task";
import { triesOf } from "./tries";

export interface RunningTask {
  /** An error where it did not come to its end: whoever runs the job begins it again. */
  readonly ended: Promise<Ending>;
  stop(): Promise<void>;
}

export function runBatch(settings: BatchEnvironment, cloud: Cloud, clock: Clock, log: Log): RunningTask {
  let stopped = false;
  const goOn = (): void => {
    if (stopped) throw new Error("it was stopped before its end, and nothing of it is written: run it again");
  };
  const ended = work(settings, cloud, clock, log, goOn).then(
    (): Ending => "done",
    (error: unknown): Ending => {
      const problem = error instanceof Error ? error : new Error(String(error));
      log("ERROR", problem.message);
      return problem;
    },
  );
  const stop = async (): Promise<void> => {
    stopped = true;
    await ended;
  };
  return { ended, stop };
}

async function work(settings: BatchEnvironment, cloud: Cloud, clock: Clock, log: Log, goOn: () => void): Promise<void> {
  const troubles = new Troubles(log);
  const tries = triesOf(clock, (what) => troubles.about(what));
  const spec = readSpec(await tries("the pipeline", () => textAt(settings.pipeline, cloud.storage)));
  checkRunnable(spec, settings);
  const { task, tasks, attempt } = settings;
  const id = randomUUID();
  const begun = new Task({
    ...settings,
    spec,
    run: {
      name: settings.execution ?? id,
      pipeline: spec.name,
      tasks,
      yesterday: settings.yesterday,
      partition: settings.partition,
    },
    attempt: { task, id: `${attempt}-${id}` },
    clock,
    log,
    cloud,
    clients: {
      tables: new StorageWrite(cloud.storageWrite(), clock),
      loads: cloud.loads,
      maker: cloud.maker,
      topics: pubSubTopics(cloud.pubSub()),
      files: (files) => filesBelow(files, cloud.storage),
      sinks: sinkClients(cloud, clock),
    },
    readSide: sideReaderIn(cloud, () => cloud.project()),
    store: storeAt(settings.runs, cloud.storage),
    metrics: settings.metrics === undefined ? undefined : storeAt(settings.metrics, cloud.storage),
    spill: {
      within: spillFolder(settings.spill),
      budget: memoryBudget(machineMemory(undefined)),
      say: (message) => log("INFO", `${spec.name}: ${message}`),
    },
    tries,
    goOn,
  });
  await begun.work();
}

/** On a laptop there is no volume, and need be none. Where it goes is said when something does. */
const spillFolder = (told: string | undefined): string => (told !== undefined && existsSync(told) ? told : tmpdir());

/** @throws Error that says what is in the way. */
function checkRunnable(
  spec: PipelineSpec,
  { inputs, outputs, errors, tasks, yesterday, partition }: BatchEnvironment,
): void {
  for (const [name, { kind }] of Object.entries(spec.inputs)) {
    const binding = inputs[name];
    if (kind === "unbounded") {
      throw new Error(`input ${name} of ${spec.name} never ends, and MODE says that it does: let it be "pull"`);
    }
    if (binding === undefined) {
      throw new Error(`input ${name} of ${spec.name} comes from nowhere: INPUTS names no files, table or query`);
    }
    const why = kind === "side" ? whyNotRead(binding) : whyNotBounded(binding);
    if (why !== undefined) throw new Error(`input ${name} of ${spec.name}: ${why}`);
  }
  for (const name of Object.keys(spec.outputs)) {
    if (outputs[name] === undefined) {
      throw new Error(`output ${name} of ${spec.name} is bound to nothing: OUTPUTS names no sink`);
    }
  }
  checkPartitions({ inputs, outputs, errors, yesterday, partition });
  const problem = unsupported(spec) ?? unsupportedOutputs(spec, { ...outputs, "what is refused": errors });
  if (problem !== undefined) throw new Error(problem);
  const step = aggregates(spec);
  if (tasks > 1 && step !== undefined) {
    throw new Error(
      `${spec.name} puts rows together (${step.id}), and each of ${tasks} tasks would see a part of them: give the job one task, or run it on Dataflow`,
    );
  }
}
