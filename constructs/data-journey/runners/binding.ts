import type { Construct } from "constructs";
import { specText } from "../../../pipeline/spec-text";
import type { OutputBinding, OutputBindings } from "../../../pipeline-images/stream-processor/contract";
import { AnyTopic } from "../../pubsub/topic";
import type { AnyTable } from "../../bigquery/table";
import type { AnyServiceAccount } from "../../iam/service-account";
import { accountName, ServiceAccount } from "../../iam/service-account";
import { BucketObject } from "../../storage/bucket-object";
import type { Task } from "../runner";

/** The pipeline as an object in the bucket, which a new version never takes away from what still runs. */
export function specObject(scope: Construct, { pipeline, bucket }: Task): BucketObject {
  return new BucketObject(scope, "spec", {
    bucket,
    name: `specs/${pipeline.name}.json`,
    content: specText(pipeline),
    versioned: true,
  });
}

/** Where each output's rows go, as JSON. */
export function outputBindings({ outputs }: Task): string {
  const bindings = Object.entries(outputs).map(([name, to]): [string, OutputBinding] => [
    name,
    to instanceof AnyTopic ? { topic: to.path } : { table: to.path },
  ]);
  return JSON.stringify(Object.fromEntries(bindings) satisfies OutputBindings);
}

export const identityOf = (scope: Construct, { identity, name }: Task): AnyServiceAccount =>
  identity ?? new ServiceAccount(scope, "identity", { name: accountName(name) });

/** What every runner's identity may do: write the outputs, and publish what cannot be processed. */
export function grantOutputs({ outputs, errors }: Task, to: AnyServiceAccount): void {
  errors.grantPublish(to, { why: "publishes what the pipeline refuses" });
  for (const [name, output] of Object.entries<AnyTable | AnyTopic>(outputs)) {
    const why = { why: `writes the pipeline's output ${name}` };
    if (output instanceof AnyTopic) output.grantPublish(to, why);
    else output.grantWrite(to, why);
  }
}
