import { createHash } from "node:crypto";
import type { IConstruct } from "constructs";
import { Site } from "./site";

/** The name as it is in the cloud: with the stage's prefix. Addresses carry the name without it. */
export function physicalName(scope: IConstruct, name: string, joinedBy: "-" | "_" | "" = "-"): string {
  const { prefix } = Site.of(scope).settings;
  return prefix === undefined ? name : `${prefix}${joinedBy}${name}`;
}

/** At most 30 characters, and never a cut that makes two names one. */
export function shortened(name: string, longest: number): string {
  if (name.length <= longest) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 6);
  return `${name.slice(0, longest - hash.length - 1).replace(/[-_]+$/, "")}-${hash}`;
}
