import { Testing, type TerraformStack } from "cdktf";
import * as fc from "fast-check";
import { keyOf, type EncryptionKey } from "../../constructs/core/encryption";
import type { Construct } from "constructs";
import { GcpStack, type GcpStackProps } from "../../constructs/core/stack";
import { Template } from "../../constructs/testing/template";
import { milliseconds, type Duration } from "../../pipeline/duration";

export const settings = {
  project: "acme-dev",
  region: "europe-west1",
  removal: "destroy",
} as const satisfies GcpStackProps;

export const IMAGE = "europe-west1-docker.pkg.dev/acme-build/images/hello@sha256:" + "0".repeat(64);

/** A stack of a new app. */
export const aStack = (more: Partial<GcpStackProps> = {}, id = "test"): GcpStack =>
  new GcpStack(Testing.app({ stackTraces: false }), id, { ...settings, ...more });

/** What a stack with these constructs becomes. */
export function templateOf(build: (stack: GcpStack) => void, more: Partial<GcpStackProps> = {}): Template {
  const stack = aStack(more);
  build(stack);
  return Template.fromStack(stack);
}

/** The sentence that something throws. */
export function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("nothing was thrown");
}

/** The warnings that a stack's constructs carry. */
export function warningsOf(stack: TerraformStack): string[] {
  return stack.node
    .findAll()
    .flatMap((construct) =>
      construct.node.metadata
        .filter(({ type }) => type === "@cdktf/warn")
        .map(({ data }) => `${construct.node.path}: ${data}`),
    );
}

/** A key that somebody else made. */
export const anEncryptionKey = (scope: Construct): EncryptionKey =>
  keyOf(scope, "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own");

/** With an option or without it. */
export const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });

/** A duration of whole seconds in a range. */
export const duration = (low: Duration, high: Duration): fc.Arbitrary<Duration> =>
  fc
    .integer({ min: Math.ceil(milliseconds(low) / 1_000), max: milliseconds(high) / 1_000 })
    .map((seconds): Duration => `${seconds}s`);

export const labels: fc.Arbitrary<{ readonly [name: string]: string }> = fc.dictionary(
  fc.stringMatching(/^[a-z][a-z0-9_-]{0,62}$/),
  fc.stringMatching(/^[a-z0-9_-]{0,63}$/),
  { maxKeys: 3 },
);
