import type { ProcessorState } from "../../contract";
import type { Attributes, MetricName, Point } from "./catalogue";

/** What there is to measure of a processor at this moment: nothing that its state does not say. */
export function pointsOf(state: ProcessorState): readonly Point[] {
  const points: Point[] = [];
  const say = (metric: MetricName, value: number | null | undefined, attributes: Attributes = {}): void => {
    if (value !== null && value !== undefined) points.push({ metric, value, attributes });
  };
  say("watermark.age", state.watermarkAgeSeconds);
  say("messages", state.messages);
  say("duplicates", state.duplicates);
  say("late", state.late);
  for (const { step, reason, rows } of state.refused) say("errors", rows, { step, reason });
  for (const [output, { rows, unwritten, unwrittenBytes }] of Object.entries(state.outputs)) {
    say("rows", rows, { output });
    say("unwritten", unwritten, { output });
    say("unwritten.size", unwrittenBytes, { output });
  }
  for (const [input, source] of Object.entries(state.sources)) {
    say("unacknowledged", source.unacknowledged, { input });
    say("message_ids", source.messageIds, { input });
    if (source.connected !== null) say("connected", Number(source.connected), { input });
  }
  for (const [step, { keys, windows }] of Object.entries(state.steps)) {
    say("groups.open", keys, { step });
    say("windows.open", windows, { step });
  }
  say("starts", state.checkpoints?.term);
  say("restore.duration", state.checkpoints && state.checkpoints.restoreMilliseconds / 1_000);
  const { memory } = state;
  say("memory.usage", memory.used);
  say("memory.limit", memory.limit);
  say("heap.usage", memory.heap);
  say("heap.limit", memory.heapLimit);
  say("memory.short", Number(memory.short));
  return points;
}
