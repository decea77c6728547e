import type { Construct } from "constructs";
import type * as fc from "fast-check";
import type { GcpStack } from "../../constructs/core/stack";

/**
 * What a construct is tried with, as data: its own tests, the catalogue and the random journeys all take it from here.
 * What an example needs beside the construct (a topic, a bucket) it makes itself.
 */
interface ConstructExamples {
  /** With what it cannot be without, and nothing else. */
  readonly minimal: (stack: GcpStack) => Construct;
  /** With every option. Type its props `Required<Props>`, so that a new option has to be added. */
  readonly maximal: (stack: GcpStack) => Construct;
  /**
   * With any valid options.
   * @param scope of its own: what is made is below it, and named after `name`, so that many can be in one stack
   */
  readonly random: fc.Arbitrary<(scope: Construct, name: string) => Construct>;
  /** By rule: what breaks it and no other rule. Every rule of the construct is here. */
  readonly faults: { readonly [rule: string]: readonly ((stack: GcpStack) => unknown)[] };
}

/** By the class's name. */
export type Examples = { readonly [construct: string]: ConstructExamples };
