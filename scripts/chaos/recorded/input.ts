/** In place of an engine's input: the same, and the messages are recorded. */
import type { Reason } from "../../../pipeline-images/stream-processor/operators/error-rows";
import type { Messages } from "../../../pipeline-images/stream-processor/operators/flow";
import { EngineInput as RealInput } from "../../../pipeline-images/stream-processor/operators/input";
import { recording } from "./own";

/** What inputs are called. */
export const nameOf = new WeakMap<object, string>();

export class EngineInput extends RealInput {
  override take(messages: Messages, place: number): void {
    recording.add(["message", nameOf.get(this) ?? "", messages.id(place), messages.publishedAt(place)]);
    super.take(messages, place);
  }

  override refuse(messages: Messages, place: number, reason: Reason, error: string): void {
    recording.add(["refused", nameOf.get(this) ?? "", messages.id(place)]);
    super.refuse(messages, place, reason, error);
  }
}
