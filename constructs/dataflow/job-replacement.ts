import { DataResource, type DataConfig } from "cdktf";
import type { Construct } from "constructs";
import { make } from "../core/make";
import { addressOf } from "../core/waits";

/**
 * What a job is replaced by a change of: it is drained, and another is started.
 * @returns addresses for `replace_triggered_by`; undefined where nothing is given
 */
export function replacement(
  owner: Construct,
  key: string,
  { graph, experiments }: { readonly graph: string | undefined; readonly experiments: string | undefined },
): string[] | undefined {
  if (graph === undefined && experiments === undefined) return undefined;
  const triggersReplace = { ...(graph !== undefined && { graph }), ...(experiments !== undefined && { experiments }) };
  return [addressOf(make<DataConfig, DataResource>(owner, "graph", DataResource, `${key}-graph`, { triggersReplace }))];
}
