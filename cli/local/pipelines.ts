/** The pipelines that a stack's workloads run, found by what their containers are told. */
import { readSpec } from "../../pipeline/read-spec";
import type { PipelineSpec } from "../../pipeline/spec";
import { readOutputBindings, type OutputBindings } from "../../pipeline/bindings";
import type { StreamProcessorEnvironment } from "../../pipeline-images/stream-processor/contract";
import { blockOf, blocksOf } from "../../local/block";
import type { CloudView, ResourceView } from "../../local/view";

export interface RunningPipeline {
  readonly spec: PipelineSpec;
  readonly outputs: OutputBindings;
}

/** @returns undefined where a workload runs something else than the stream processor */
export async function pipelineOf(view: CloudView, workload: string): Promise<RunningPipeline | undefined> {
  const resource = view.resources.find(({ address }) => address === workload);
  const { OUTPUTS: outputs, PIPELINE: location } = environmentOf(resource);
  if (location === undefined || outputs === undefined) return undefined;
  const [, bucket = "", object = ""] = /^gs:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
  if (object === "") return undefined;
  const path = `/storage/v1/b/${bucket}/o/${encodeURIComponent(object)}?alt=media`;
  const answer = await fetch(`${view.owner.http}${path}`);
  if (!answer.ok) throw new Error(`${location} cannot be read: ${answer.status} ${await answer.text()}`);
  return { spec: readSpec(await answer.json()), outputs: readOutputBindings("OUTPUTS", outputs, fail) };
}

function fail(problem: string): never {
  throw new Error(problem);
}

/** The variables of a workload's first container. */
function environmentOf(resource: ResourceView | undefined): Partial<StreamProcessorEnvironment> {
  const template = blockOf(resource?.attributes["template"]);
  const container = blockOf(template?.["containers"]);
  const variables = blocksOf(container?.["env"]);
  return Object.fromEntries(variables.map(({ name, value }) => [String(name), value]));
}
