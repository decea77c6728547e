import type { Construct } from "constructs";
import type { InputBindings, OutputBindings } from "../../../pipeline/bindings";
import { specText } from "../../../pipeline/spec-text";
import { mapValues } from "../../../pipeline/objects";
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

/**
 * What every runner tells of inputs, outputs and errors, each as JSON.
 * @param subscriptions by input: projects/P/subscriptions/S
 */
export function bindings({ rows, outputs, errors }: Task, subscriptions: { readonly [input: string]: string }) {
  const inputs: InputBindings = {
    ...mapValues(subscriptions, (subscription) => ({ subscription })),
    ...mapValues(rows, ({ binding }) => binding),
  };
  const sinks: OutputBindings = mapValues(outputs, ({ binding }) => binding);
  return {
    inputs: JSON.stringify(inputs),
    outputs: JSON.stringify(sinks),
    errors: JSON.stringify(errors.binding),
  };
}

export const identityOf = (scope: Construct, { identity, name }: Task): AnyServiceAccount =>
  identity ?? new ServiceAccount(scope, "identity", { name: accountName(name) });

/** What every runner's identity may do: read what is looked up, write the outputs and what cannot be processed. */
export function grantData({ rows, outputs, errors }: Task, to: AnyServiceAccount): void {
  for (const [name, input] of Object.entries(rows)) input.grant(to, { why: `reads the pipeline's input ${name}` });
  for (const [name, output] of Object.entries(outputs)) {
    output.grant(to, { why: `writes the pipeline's output ${name}` });
  }
  errors.grant(to, { why: "writes what the pipeline refuses" });
}
