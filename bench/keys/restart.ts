/**
 * A log with so many live keys on the disk, and a process that restores them, as a processor does that was started
 * again: `write <keys> <folder>`, then `restore <keys> <folder>` in a process with less memory. Says what it cost.
 */
import { CheckpointMessage } from "../../pipeline-images/stream-processor/checkpoint/record";
import { ledgerFold } from "../../pipeline-images/stream-processor/checkpoint/ledger";
import { StateChanges } from "../../pipeline-images/stream-processor/checkpoint/state-changes";
import { Compactor } from "../../pipeline-images/stream-processor/log/compaction";
import { DiskStore } from "../../pipeline-images/stream-processor/log/disk-store";
import { type LogWriter, takeOver } from "../../pipeline-images/stream-processor/log/owner";
import type { Engine } from "../../pipeline-images/stream-processor/operators/engine";
import { systemClock } from "../../runtime/clock";
import { makeEngine, take } from "./clicks";

/** What a restart with so many live keys cost. */
export interface RestartCost {
  readonly keys: number;
  /** Milliseconds of CPU, from the start of the process until the steps have what they had. */
  readonly restored: number;
  /** Most bytes of the process until then, and after a compaction beside the work. */
  readonly restoredPeak: number;
  readonly compactedPeak: number;
}

const RECORDS = 20;
/** Records after the snapshot, each of another hundredth. */
const LATER = 5;

const changes = new StateChanges();

async function append(log: LogWriter, engine: Engine, release = false): Promise<void> {
  engine.writeChanges(changes);
  await log.append(CheckpointMessage.encode({ state: changes.take() }), { release });
}

async function open(folder: string, owner: string) {
  const store = new DiskStore(folder);
  const [history, log] = await takeOver({ store, owner, clock: systemClock, silence: 20_000, look: 1_000 }, ledgerFold);
  return { store, history, log };
}

async function write(keys: number, folder: string): Promise<void> {
  const { store, log } = await open(folder, "writer");
  const engine = makeEngine();
  for (let i = 0; i < RECORDS; i += 1) {
    take(engine, (keys / RECORDS) * (i + 1), 1, (keys / RECORDS) * i);
    await append(log, engine);
  }
  await new Compactor(store, ledgerFold).compact(log.durable);
  for (let i = 0; i < LATER; i += 1) {
    take(engine, keys, 100, i);
    await append(log, engine, i === LATER - 1);
  }
}

const peak = (): number => process.resourceUsage().maxRSS * 1_024;

async function restore(keys: number, folder: string): Promise<RestartCost> {
  const { engine, store, log } = await restart(folder);
  const { user, system } = process.cpuUsage();
  const restoredPeak = peak();
  if (engine.openGroups !== keys) throw new Error(`${engine.openGroups} groups came back, not ${keys}`);
  take(engine, keys, 100);
  await append(log, engine);
  await new Compactor(store, ledgerFold).compact(log.durable);
  return { keys, restored: (user + system) / 1_000, restoredPeak, compactedPeak: peak() };
}

/** By itself: what the log was read into is not needed any more. */
async function restart(folder: string) {
  const { history, log, store } = await open(folder, "restarted");
  const engine = makeEngine();
  engine.restore(history.state.state);
  history.state.state.clear();
  return { engine, log, store };
}

const [way, keys, folder = ""] = process.argv.slice(2);
void (async () => {
  if (way === "write") await write(Number(keys), folder);
  else process.stdout.write(JSON.stringify(await restore(Number(keys), folder)));
})();
