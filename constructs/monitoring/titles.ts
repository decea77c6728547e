import type { IConstruct } from "constructs";
import { Site } from "../core/site";

/** What people read in a list of all that a project has: with the stage's prefix, where there is one. */
export function titled(scope: IConstruct, title: string): string {
  const { prefix } = Site.of(scope).settings;
  return prefix === undefined ? title : `${prefix}: ${title}`;
}

/** Monitoring's own labels are none that the provider knows the stack's of. */
export function userLabels(scope: IConstruct, labels: { readonly [name: string]: string } = {}) {
  const all = { ...Site.of(scope).settings.labels, ...labels };
  return Object.keys(all).length === 0 ? undefined : all;
}
