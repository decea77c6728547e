import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { IConstruct } from "constructs";
import { Site } from "./site";
import { addressName } from "./text";

type Config = { readonly [argument: string]: unknown };

/**
 * A resource as the app's last synthesis wrote it, or undefined where there was none: what a change is held against
 * before anything is deployed. It is what was written, not what was deployed: a fresh checkout knows of nothing, and
 * tests have an app of their own that never was synthesized.
 *
 * @param name the name that its address is made of
 */
export function lastSynthesized(at: IConstruct, type: string, name: string): Config | undefined {
  const { stack } = Site.of(at);
  const resources = Site.of(at).once("last synthesis", () => resourcesOf(stack));
  const found = within(within(resources, type), addressName(name));
  return typeof found === "object" && found !== null ? { ...found } : undefined;
}

/** cdktf writes what an app makes below its `outdir`, a folder for each stack. */
function resourcesOf(stack: IConstruct): unknown {
  const { root } = stack.node;
  if (!("outdir" in root) || typeof root.outdir !== "string") return undefined;
  try {
    const text = readFileSync(join(root.outdir, "stacks", stack.node.id, "cdk.tf.json"), "utf8");
    return within(JSON.parse(text) as unknown, "resource");
  } catch {
    // Not there, or not whole: nothing to compare with.
    return undefined;
  }
}

function within(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
