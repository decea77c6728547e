/** In place of the engine: the same, and what it is told is recorded. */
import type { StateChanges } from "../../../pipeline-images/stream-processor/checkpoint/state-changes";
import { Engine as RealEngine } from "../../../pipeline-images/stream-processor/operators/engine";
import type { EngineInput } from "../../../pipeline-images/stream-processor/operators/input";
import type { PublishedOfInputs } from "../../../pipeline-images/stream-processor/operators/watermarks";
import type { Published } from "../../../pipeline-images/stream-processor/source/watermark";
import { nameOf } from "./input";
import { recording } from "./own";

export class Engine extends RealEngine {
  override input(name: string): EngineInput {
    const input = super.input(name);
    nameOf.set(input, name);
    return input;
  }

  override advanceClock(now: number): void {
    recording.add(["clock", now]);
    super.advanceClock(now);
  }

  override endBatch(): void {
    recording.add(["together"]);
    super.endBatch();
  }

  override advanceWatermark(published: PublishedOfInputs): void {
    if (!(published instanceof Map)) throw new Error("one source of several is told by its name");
    for (const [input, { time, quiet, lastMessage }] of published as ReadonlyMap<string, Published>) {
      recording.add(["watermark", input, finite(time), quiet, finite(lastMessage)]);
    }
    super.advanceWatermark(published);
  }

  override close(): void {
    recording.add(["end"]);
    super.close();
  }

  override writeChanges(changes: StateChanges): void {
    recording.makeRecord();
    super.writeChanges(changes);
  }
}

const finite = (time: number): number | null => (Number.isFinite(time) ? time : null);
