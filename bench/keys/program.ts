/** So many live keys in one window, in a process of its own, with --expose-gc. Says what they cost and leaves. */
import { RecordedState } from "../../pipeline-images/stream-processor/checkpoint/recorded-state";
import { StateChanges } from "../../pipeline-images/stream-processor/checkpoint/state-changes";
import type { Engine } from "../../pipeline-images/stream-processor/operators/engine";
import { cpuMicros, median } from "../measure";
import { makeEngine, take } from "./clicks";

/** What so many keys cost. */
export interface KeysCost {
  readonly keys: number;
  /** Bytes of memory a key, beside the rest of the process. */
  readonly bytesPerKey: number;
  /** Milliseconds of CPU, and bytes. */
  readonly take: number;
  readonly full: number;
  readonly fullBytes: number;
  /** Of a hundredth of the keys. */
  readonly changed: number;
  readonly changedBytes: number;
  readonly restore: number;
  /** Bytes of memory a key while it is restored: what was read from the log, and the state that is made of it. */
  readonly restoringBytesPerKey: number;
}

/** Checkpoints after a hundredth has changed. */
const CHANGES = 5;
/** So many keys at least are measured: of few of them, several times. */
const LEAST = 100_000;

function memory(): number {
  // The second goes through what the first let go of.
  gc?.();
  gc?.();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function cost(keys: number): KeysCost {
  const changes = new StateChanges();
  const record = (from: Engine): Uint8Array => {
    from.writeChanges(changes);
    return changes.take();
  };
  const before = memory();
  const engine = makeEngine();
  const taken = cpuMicros(() => take(engine, keys, 1));
  if (engine.openGroups !== keys) throw new Error(`${engine.openGroups} groups are open, not ${keys}`);
  const after = memory();
  const full = cpuMicros(() => record(engine));
  const changed = Array.from({ length: CHANGES }, () => {
    take(engine, keys, 100);
    return cpuMicros(() => record(engine));
  });
  const beforeRestore = memory();
  const state = new RecordedState();
  const again = makeEngine();
  const restored = cpuMicros(() => {
    state.apply(full.result);
    for (const { result } of changed) state.apply(result);
    again.restore(state);
    return again.openGroups;
  });
  const restoring = memory() - beforeRestore;
  if (restored.result !== keys || state.held.length === 0)
    throw new Error(`${restored.result} groups came back, not ${keys}`);
  return {
    keys,
    bytesPerKey: (after - before) / keys,
    take: taken.micros / 1_000,
    full: full.micros / 1_000,
    fullBytes: full.result.length,
    changed: median(changed.map(({ micros }) => micros)) / 1_000,
    changedBytes: changed[0]?.result.length ?? 0,
    restore: restored.micros / 1_000,
    // The log's bytes are there before.
    restoringBytesPerKey: (restoring + full.result.length) / keys,
  };
}

/** A processor that has as many keys has run for a while. */
function warmUp(): void {
  for (let round = 0; round < 5; round += 1) {
    const engine = makeEngine();
    take(engine, 20_000, 1);
    const changes = new StateChanges();
    engine.writeChanges(changes);
    const state = new RecordedState();
    state.apply(changes.take());
    makeEngine().restore(state);
  }
}

const keys = Number(process.argv[2]);
warmUp();
process.stdout.write(JSON.stringify(Array.from({ length: Math.ceil(LEAST / keys) }, () => cost(keys))));
