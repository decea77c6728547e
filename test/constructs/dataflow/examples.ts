import * as fc from "fast-check";
import type { Construct } from "constructs";
import { ContainerImage } from "../../../constructs/core/image";
import { keyOf } from "../../../constructs/core/encryption";
import { ClassicTemplateJob, type ClassicTemplateJobProps } from "../../../constructs/dataflow/classic-template-job";
import {
  DataflowLaunch,
  type ClassicLaunchProps,
  type DataflowLaunchProps,
  type FlexLaunchProps,
} from "../../../constructs/dataflow/dataflow-launch";
import { FlexTemplate, type FlexTemplateProps } from "../../../constructs/dataflow/flex-template";
import { FlexTemplateJob, type FlexTemplateJobProps } from "../../../constructs/dataflow/flex-template-job";
import { GoogleTemplate } from "../../../constructs/dataflow/google-template";
import type { TemplateParameter } from "../../../constructs/dataflow/template-parameter";
import type { GcpStack } from "../../../constructs/core/stack";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Bucket } from "../../../constructs/storage/bucket";
import type { Examples } from "../examples";
import { anEncryptionKey, IMAGE, labels, maybe } from "../support";
import { aClassicTemplate, aSubscription, aTable, aTemplate, ground, parameters } from "./support";

type Build = (stack: GcpStack) => unknown;

const machine = fc.constantFrom(
  "n1-standard-1",
  "n2-standard-2",
  "e2-custom-4-16384",
  "custom-2-4096",
  "c3d-standard-8-lssd",
);
const disk = fc.record({
  size: maybe(fc.integer({ min: 30, max: 65_536 }).map((size) => `${size}Gi` as const)),
  type: maybe(fc.constantFrom("standard" as const, "balanced" as const, "ssd" as const)),
});
const counts = fc
  .tuple(maybe(fc.integer({ min: 1, max: 1000 })), maybe(fc.integer({ min: 1, max: 1000 })))
  .map(([a, b]) =>
    a !== undefined && b !== undefined
      ? { workers: Math.min(a, b), maxWorkers: Math.max(a, b) }
      : { workers: a, maxWorkers: b },
  );
const machines = {
  machineType: maybe(machine),
  publicAddresses: maybe(fc.boolean()),
  tags: maybe(fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/), { maxLength: 3 })),
  experiments: maybe(fc.subarray(["use_runner_v2", "enable_stackdriver_agent_metrics"])),
  labels: maybe(labels),
};
const streaming = {
  streamingEngine: maybe(fc.boolean()),
  guarantee: maybe(fc.constantFrom("exactly-once" as const, "at-least-once" as const)),
  onDelete: maybe(fc.constantFrom("drain" as const, "cancel" as const)),
  waitForEnd: maybe(fc.boolean()),
  renamed: maybe(fc.constant({ Count: "Sum" })),
  graph: maybe(fc.constant("0123456789abcdef")),
};
const flex = {
  launcherMachineType: maybe(machine),
  pipelineOptions: maybe(fc.constant({ numberOfWorkerHarnessThreads: "20" })),
};
const told = fc.record(
  {
    input: fc.constant("projects/p/subscriptions/s"),
    output: fc.stringMatching(/^[a-z]{1,9}$/),
    mode: fc.constantFrom("fast", "slow"),
    dry: fc.constantFrom("true", "false"),
    rate: fc.integer().map(String),
  },
  { requiredKeys: ["input"] },
);
const parameter: fc.Arbitrary<Omit<TemplateParameter, "name" | "type">> = fc.record({
  label: fc.string(),
  helpText: fc.string(),
  isOptional: maybe(fc.boolean()),
  regexes: maybe(fc.constant([".+"])),
  default: maybe(fc.string()),
  group: maybe(fc.string()),
  hidden: maybe(fc.boolean()),
});

const here = { schedule: { cron: "0 3 * * *" } };
const input = { input: "projects/p/subscriptions/s" };

const flexJob =
  (props: Partial<FlexTemplateJobProps>): Build =>
  (stack) =>
    new FlexTemplateJob(stack, "job", {
      template: aTemplate(stack, "streaming"),
      parameters: input,
      ...ground(stack),
      ...props,
    });
const classicJob =
  (props: Partial<ClassicTemplateJobProps>): Build =>
  (stack) =>
    new ClassicTemplateJob(stack, "job", { template: landing(stack), ...ground(stack), ...props });
const flexLaunch =
  (props: Partial<FlexLaunchProps>): Build =>
  (stack) =>
    new DataflowLaunch(stack, "nightly", {
      template: aTemplate(stack, "batch"),
      parameters: input,
      ...here,
      ...ground(stack),
      ...props,
    });

const landing = (scope: Construct, name = "orders") =>
  GoogleTemplate.pubsubSubscriptionToBigQuery({
    subscription: aSubscription(scope, name),
    table: aTable(scope, name.replaceAll("-", "_")),
  });
const counting = () =>
  GoogleTemplate.wordCount({ inputFile: "gs://dataflow-samples/shakespeare/kinglear.txt", output: "gs://out/counts" });

const elsewhere = (scope: Construct) => keyOf(scope, "projects/acme/locations/us-east1/keyRings/ring/cryptoKeys/far");

/** Of every job, by rule. */
const ofAnyJob = {
  "name-form": [{ name: "Count" }, { name: "count-" }, { name: "1count" }],
  "labels-form": [{ labels: { Team: "growth" } }],
  "maxWorkers-range": [{ maxWorkers: 0 }, { maxWorkers: 1001 }, { maxWorkers: 1.5 }],
  "machineType-form": [{ machineType: "large" }, { machineType: "N2-standard-2" }, { machineType: "e2-micro" }],
  "tags-form": [{ tags: ["ok", "Not"] }, { tags: ["x".repeat(64)] }],
  "experiments-said": [
    { experiments: ["use_network_tags=a"] },
    { experiments: ["a,b"] },
    { experiments: ["streaming_mode_at_least_once"] },
    { experiments: ["shuffle_mode=appliance"] },
  ],
} as const;
const ofTemplates = {
  "parameters-reserved": [
    { parameters: { ...input, max_num_workers: "2" } },
    { parameters: { ...input, network: "a" } },
  ],
  "parameters-known": [{ parameters: { ...input, inputs: "x" } }],
  "parameters-missing": [{ parameters: { output: "x" } }],
  "parameters-form": [
    { parameters: { ...input, output: "Loud" } },
    { parameters: { ...input, mode: "medium" } },
    { parameters: { ...input, dry: "yes" } },
    { parameters: { ...input, rate: "much" } },
    { parameters: { ...input, rate: " " } },
  ],
} as const;
const ofSizes = {
  "workers-range": [{ workers: 0 }, { workers: 1001 }],
  "workers-order": [{ workers: 3, maxWorkers: 2 }],
  "disk-size": [{ disk: { size: "29Gi" } }, { disk: { size: "65537Gi" } }, { disk: { size: "30.5Gi" } }],
} as const;
const ofFlex = {
  "launcherMachineType-form": [{ launcherMachineType: "large" }],
  "autoscaling-workers": [{ autoscaling: "none" }],
  "pipelineOptions-form": [{ pipelineOptions: { "--x": "1" } }],
  "pipelineOptions-reserved": [{ pipelineOptions: { diskSizeGb: "1" } }, { pipelineOptions: { disk_size_gb: "1" } }],
} as const;

const builds = <Props>(
  faults: { readonly [rule: string]: readonly Props[] },
  build: (props: Props) => Build,
): { readonly [rule: string]: readonly Build[] } =>
  Object.fromEntries(Object.entries(faults).map(([rule, all]) => [rule, all.map(build)]));

export const examples = {
  FlexTemplate: {
    minimal: (stack) =>
      new FlexTemplate(stack, "template", {
        image: ContainerImage.fromRegistry(IMAGE),
        bucket: new Bucket(stack, "files"),
        object: "templates/clicks.json",
        sdk: { language: "java" },
        mode: "batch",
        parameters: [],
      }),
    maximal: (stack) => {
      const all: Required<FlexTemplateProps<"streaming">> = {
        image: ContainerImage.fromRegistry(IMAGE),
        bucket: new Bucket(stack, "files"),
        object: "templates/clicks.json",
        name: "Clicks",
        description: "counts clicks",
        sdk: { language: "python", version: "2.66.0" },
        mode: "streaming",
        guarantees: ["at-least-once", "exactly-once"],
        parameters: [
          {
            name: "input",
            label: "Input",
            helpText: "what it reads",
            isOptional: true,
            regexes: ["^projects/.+$"],
            type: "subscription",
            default: "projects/p/subscriptions/s",
            group: "Source",
            hidden: true,
          },
          {
            name: "mode",
            label: "Mode",
            helpText: "how",
            type: "enum",
            options: ["fast", { value: "slow", label: "Slow", description: "takes its time" }],
            default: "fast",
            shownWith: { parameter: "input", values: ["a"] },
          },
        ],
      };
      return new FlexTemplate(stack, "template", all);
    },
    random: fc
      .record({
        description: maybe(fc.string()),
        sdk: fc.record({
          language: fc.constantFrom("java" as const, "python" as const, "go" as const, "yaml" as const),
          version: maybe(fc.constant("2.66.0")),
        }),
        mode: fc.constantFrom("streaming" as const, "batch" as const),
        described: fc.array(parameter, { maxLength: 4 }),
      })
      .map(
        ({ described, ...props }) =>
          (scope, name) =>
            new FlexTemplate(scope, "template", {
              image: ContainerImage.fromRegistry(IMAGE),
              bucket: new Bucket(scope, `${name}-files`),
              object: "templates/clicks.json",
              ...props,
              parameters: described.map((each, index) => ({ ...each, name: `parameter${index}` })),
            }),
      ),
    faults: builds<Partial<FlexTemplateProps>>(
      {
        "parameters-twice": [{ parameters: [...parameters, ...parameters.slice(0, 1)] }],
        "parameters-options": [
          { parameters: [{ name: "a", label: "a", helpText: "a", type: "enum", options: [] }] },
          { parameters: [{ name: "a", label: "a", helpText: "a", type: "enum", options: ["b"], default: "c" }] },
        ],
        "parameters-shown": [{ parameters: [{ name: "a", label: "a", helpText: "a", shownWith: { parameter: "b" } }] }],
        "guarantees-mode": [{ guarantees: ["at-least-once"] }],
      },
      (props) => (stack) =>
        new FlexTemplate(stack, "template", {
          image: ContainerImage.fromRegistry(IMAGE),
          bucket: new Bucket(stack, "files"),
          object: "templates/clicks.json",
          sdk: { language: "java" },
          mode: "batch",
          parameters,
          ...props,
        }),
    ),
  },
  FlexTemplateJob: {
    minimal: (stack) =>
      new FlexTemplateJob(stack, "count-clicks", {
        template: aTemplate(stack, "streaming"),
        parameters: input,
        ...ground(stack),
      }),
    maximal: (stack) => {
      const all: Required<FlexTemplateJobProps> = {
        ...ground(stack),
        name: "clicks",
        template: aTemplate(stack, "streaming"),
        parameters: { input: "projects/p/subscriptions/s", output: "clicks", mode: "slow", dry: "false", rate: "0.5" },
        identity: new ServiceAccount(stack, "worker"),
        machineType: "n2-standard-2",
        workers: 2,
        maxWorkers: 20,
        disk: { size: "50Gi", type: "ssd" },
        publicAddresses: true,
        tags: ["out", "db"],
        autoscaling: "throughput",
        launcherMachineType: "n1-standard-2",
        sdkImage: ContainerImage.fromRegistry(IMAGE),
        pipelineOptions: { numberOfWorkerHarnessThreads: "20" },
        experiments: ["use_runner_v2"],
        streamingEngine: false,
        guarantee: "at-least-once",
        encryptionKey: anEncryptionKey(stack),
        labels: { team: "growth" },
        onDelete: "cancel",
        waitForEnd: false,
        renamed: { Count: "Sum" },
        graph: "0123456789abcdef",
        overrides: { project: "other" },
      };
      return new FlexTemplateJob(stack, "job", all);
    },
    random: fc
      .tuple(fc.record({ ...machines, ...streaming, ...flex, disk: maybe(disk), parameters: told }), counts)
      .map(
        ([props, sizes]) =>
          (scope, name) =>
            new FlexTemplateJob(scope, name, {
              ...props,
              ...sizes,
              autoscaling: sizes.workers === undefined ? undefined : "none",
              template: aTemplate(scope, "streaming", `${name}-`),
              ...ground(scope, `${name}-`),
            }),
      ),
    faults: {
      ...builds<Partial<FlexTemplateJobProps>>({ ...ofAnyJob, ...ofTemplates, ...ofSizes, ...ofFlex }, flexJob),
      "parameters-said": [
        (stack) =>
          flexJob({
            template: GoogleTemplate.other({ kind: "flex", mode: "streaming", name: "X", parameters: { topic: "t" } }),
            parameters: { topic: "u" },
          })(stack),
      ],
      "encryptionKey-region": [(stack) => flexJob({ encryptionKey: elsewhere(stack) })(stack)],
    },
  },
  ClassicTemplateJob: {
    minimal: (stack) => new ClassicTemplateJob(stack, "land-orders", { template: landing(stack), ...ground(stack) }),
    maximal: (stack) => {
      const all: Required<ClassicTemplateJobProps> = {
        ...ground(stack),
        name: "payments-job",
        template: landing(stack, "payments"),
        parameters: { tool: "none" },
        identity: new ServiceAccount(stack, "worker"),
        machineType: "n2-standard-2",
        maxWorkers: 20,
        publicAddresses: true,
        tags: ["out"],
        experiments: ["use_runner_v2"],
        streamingEngine: false,
        guarantee: "at-least-once",
        encryptionKey: anEncryptionKey(stack),
        labels: { team: "growth" },
        onDelete: "cancel",
        waitForEnd: false,
        renamed: { Count: "Sum" },
        graph: "0123456789abcdef",
        overrides: { zone: "europe-west1-b" },
      };
      return new ClassicTemplateJob(stack, "job", all);
    },
    random: fc.record({ ...machines, ...streaming, maxWorkers: maybe(fc.integer({ min: 1, max: 1000 })) }).map(
      (props) => (scope, name) =>
        new ClassicTemplateJob(scope, name, {
          ...props,
          template: landing(scope, name),
          ...ground(scope, `${name}-`),
        }),
    ),
    faults: {
      ...builds<Partial<ClassicTemplateJobProps>>(ofAnyJob, classicJob),
      "parameters-reserved": [classicJob({ parameters: { network: "a" } })],
      "parameters-said": [classicJob({ parameters: { outputTableSpec: "a" } })],
      ...builds<{ readonly [name: string]: string }>(
        {
          "parameters-known": [{ a: "1", b: "2" }],
          "parameters-missing": [{}],
          "parameters-form": [{ a: "x" }],
        },
        (told) => (stack) => classicJob({ template: aClassicTemplate(stack, "streaming"), parameters: told })(stack),
      ),
      "encryptionKey-region": [(stack) => classicJob({ encryptionKey: elsewhere(stack) })(stack)],
    },
  },
  DataflowLaunch: {
    minimal: (stack) => new DataflowLaunch(stack, "nightly", { template: counting(), ...here, ...ground(stack) }),
    maximal: (stack) => {
      const all: Required<FlexLaunchProps> = {
        ...ground(stack),
        name: "weekly",
        template: aTemplate(stack, "batch"),
        parameters: { ...input, output: "clicks" },
        schedule: { cron: "30 2 * * SUN", timeZone: "Europe/Berlin", paused: true, retry: { retries: 1 } },
        identity: new ServiceAccount(stack, "worker"),
        launcher: new ServiceAccount(stack, "clockwork"),
        machineType: "n2-standard-2",
        workers: 2,
        maxWorkers: 20,
        disk: { size: "50Gi", type: "ssd" },
        publicAddresses: true,
        tags: ["out", "db"],
        autoscaling: "throughput",
        flexRS: true,
        shuffle: "service",
        launcherMachineType: "n1-standard-2",
        sdkImage: ContainerImage.fromRegistry(IMAGE),
        pipelineOptions: { numberOfWorkerHarnessThreads: "20" },
        experiments: ["use_runner_v2"],
        encryptionKey: anEncryptionKey(stack),
        labels: { team: "growth" },
        environment: { workerZone: "europe-west1-b" },
      };
      return new DataflowLaunch(stack, "launch", all);
    },
    random: fc
      .tuple(
        fc.record({
          ...machines,
          shuffle: maybe(fc.constantFrom("service" as const, "workers" as const)),
          parameters: told,
        }),
        fc.record({ ...flex, disk: maybe(disk) }),
        counts,
        fc.boolean(),
      )
      .map(([{ parameters: given, ...props }, more, sizes, classic]) => (scope, name) => {
        const kind: Kind<FlexLaunchProps> | Kind<ClassicLaunchProps> = classic
          ? { template: counting(), disk: { size: more.disk?.size } }
          : {
              ...more,
              parameters: given,
              flexRS: props.shuffle !== "workers",
              template: aTemplate(scope, "batch", `${name}-`),
            };
        const all: DataflowLaunchProps = { ...props, ...sizes, ...here, ...ground(scope, `${name}-`), ...kind };
        return new DataflowLaunch(scope, name, all);
      }),
    faults: {
      ...builds<Partial<FlexLaunchProps>>({ ...ofAnyJob, ...ofTemplates, ...ofSizes, ...ofFlex }, flexLaunch),
      "parameters-said": [
        (stack) =>
          new DataflowLaunch(stack, "nightly", {
            template: counting(),
            parameters: { output: "x" },
            ...here,
            ...ground(stack),
          }),
      ],
      "encryptionKey-region": [(stack) => flexLaunch({ encryptionKey: elsewhere(stack) })(stack)],
      "flexRS-shuffle": [flexLaunch({ flexRS: true, shuffle: "workers" })],
      "flexRS-autoscaling": [flexLaunch({ flexRS: true, autoscaling: "none", workers: 2 })],
      "environment-said": [flexLaunch({ environment: { numWorkers: 3 } })],
    },
  },
} satisfies Examples;

type Kind<Props extends DataflowLaunchProps> = Pick<Props, "template"> & Partial<Props>;
