import { Testing, type TerraformStack } from "cdktf";
import { GcpStack, type GcpStackProps } from "../../constructs/core/stack";
import { Template } from "../../constructs/testing/template";

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
  return Template.of(stack);
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
