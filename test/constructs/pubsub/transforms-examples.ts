import * as fc from "fast-check";
import type { GcpStack } from "../../../constructs/core/stack";
import type { MessageTransform } from "../../../constructs/pubsub/transforms";
import { maybe } from "../support";

const LIMIT = 3;

/** One of each form. */
export const everyTransform: readonly MessageTransform[] = [
  function upper(message) {
    return { ...message, data: message.data.toUpperCase() };
  },
  { name: "drop", code: () => null, disabled: true },
  { name: "same", code: "function same(message, metadata) { return message; }", disabled: false },
];

export const transforms: fc.Arbitrary<readonly MessageTransform[] | undefined> = maybe(
  fc.uniqueArray(fc.constantFrom(...everyTransform), { maxLength: 3 }),
);

/** A function that does nothing, by name. */
export const same = (name: string): MessageTransform => ({ name, code: (message) => message });
const text = (name: string, code: string): MessageTransform => ({ name, code });

type Fault = (stack: GcpStack) => unknown;

/** What breaks the rules of transforms, wherever they are. */
export function transformFaults(make: (stack: GcpStack, transforms: readonly MessageTransform[]) => unknown): {
  readonly [rule: string]: readonly Fault[];
} {
  const faults = (...all: readonly (readonly MessageTransform[])[]): readonly Fault[] =>
    all.map((given) => (stack) => make(stack, given));
  return {
    "transforms-count": faults(["a", "b", "c", "d", "e", "f"].map(same)),
    "transforms-name": faults(
      [same("two words")],
      [same("class")],
      [same("one"), same("one")],
      [same("transform1"), same("b"), same("b")],
    ),
    "transforms-function": faults(
      [(message) => (message.data.length > LIMIT ? message : null)],
      // @ts-expect-error -- a promise is no message
      [async (message) => message],
    ),
    "transforms-code": faults(
      [text("same", "function other(message) { return message; }")],
      [text("same", "function same(message) {")],
      [text("same", "")],
    ),
    "transforms-size": faults([text("same", `function same(message) { return message; } // ${"x".repeat(20 * 1024)}`)]),
  };
}
