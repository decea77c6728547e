import type { Construct } from "constructs";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { Table } from "../../../constructs/bigquery/table";
import { ContainerImage } from "../../../constructs/core/image";
import { ClassicTemplate } from "../../../constructs/dataflow/classic-template";
import { FlexTemplate } from "../../../constructs/dataflow/flex-template";
import type { TemplateMode } from "../../../constructs/dataflow/template";
import type { TemplateParameter } from "../../../constructs/dataflow/template-parameter";
import { Network } from "../../../constructs/network/network";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { Bucket } from "../../../constructs/storage/bucket";
import { IMAGE } from "../support";
import { Order } from "../support-pipeline";

/** One parameter of each kind that is checked. */
export const parameters: readonly TemplateParameter[] = [
  { name: "input", label: "Input", helpText: "what it reads", type: "subscription" },
  { name: "output", label: "Output", helpText: "where it writes", isOptional: true, regexes: ["^[a-z]+$"] },
  {
    name: "mode",
    label: "Mode",
    helpText: "how",
    isOptional: true,
    type: "enum",
    options: ["fast", { value: "slow" }],
  },
  { name: "dry", label: "Dry", helpText: "whether", isOptional: true, type: "boolean" },
  { name: "rate", label: "Rate", helpText: "how much", isOptional: true, type: "number" },
];

/** What a job needs beside its template. */
export const ground = (scope: Construct, name = "") => ({
  bucket: new Bucket(scope, `${name}files`),
  network: new Network(scope, `${name}net`),
});

export const aTemplate = <Mode extends TemplateMode>(scope: Construct, mode: Mode, name = ""): FlexTemplate<Mode> =>
  new FlexTemplate(scope, `${name}template`, {
    image: ContainerImage.fromRegistry(IMAGE),
    bucket: new Bucket(scope, `${name}templates`),
    object: "templates/clicks.json",
    sdk: { language: "java" },
    mode,
    parameters,
  });

export const aTable = (scope: Construct, name = "orders"): Table =>
  new Table(scope, name, { dataset: new Dataset(scope, `${name}_data`), columns: Order });

export const aSubscription = (scope: Construct, name = "orders"): PullSubscription =>
  new PullSubscription(scope, `${name}-sub`, { topic: new Topic(scope, `${name}-topic`) });

export const aClassicTemplate = <Mode extends TemplateMode>(scope: Construct, mode: Mode): ClassicTemplate<Mode> =>
  new ClassicTemplate({
    bucket: new Bucket(scope, "classics"),
    object: "templates/clicks",
    mode,
    language: "python",
    parameters: [{ name: "a", label: "A", helpText: "how many", type: "number" }],
  });
