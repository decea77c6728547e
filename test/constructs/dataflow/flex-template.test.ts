import { expect, test } from "vitest";
import { ContainerImage } from "../../../constructs/core/image";
import type { GcpStack } from "../../../constructs/core/stack";
import { FlexTemplate, type FlexTemplateProps } from "../../../constructs/dataflow/flex-template";
import { optionsOf, parameterMetadata, wants } from "../../../constructs/dataflow/template-parameter";
import { Bucket } from "../../../constructs/storage/bucket";
import { aStack, IMAGE, messageOf, templateOf } from "../support";
import { examples } from "./examples";

const fileOf = (build: (stack: GcpStack) => unknown): unknown => {
  const template = templateOf((stack) => void build(stack));
  const object = template.resource("google_storage_bucket_object.files-templates-clicks-json");
  expect(object["name"]).toBe("templates/clicks.json");
  return JSON.parse(String(object["content"]));
};

test("a template is a file that names the image and what a job can be told", () => {
  expect(fileOf(examples.FlexTemplate.minimal)).toEqual({
    image: IMAGE,
    sdkInfo: { language: "JAVA" },
    metadata: { name: "template", streaming: false, parameters: [] },
  });
});

test("a template of which all is said is Google's metadata", () => {
  expect(fileOf(examples.FlexTemplate.maximal)).toEqual({
    image: IMAGE,
    sdkInfo: { language: "PYTHON", version: "2.66.0" },
    metadata: {
      name: "Clicks",
      description: "counts clicks",
      streaming: true,
      supportsExactlyOnce: true,
      supportsAtLeastOnce: true,
      defaultStreamingMode: "AT_LEAST_ONCE",
      parameters: [
        {
          name: "input",
          label: "Input",
          helpText: "what it reads",
          isOptional: true,
          regexes: ["^projects/.+$"],
          paramType: "PUBSUB_SUBSCRIPTION",
          defaultValue: "projects/p/subscriptions/s",
          groupName: "Source",
          hiddenUi: true,
        },
        {
          name: "mode",
          label: "Mode",
          helpText: "how",
          paramType: "ENUM",
          enumOptions: [{ value: "fast" }, { value: "slow", label: "Slow", description: "takes its time" }],
          defaultValue: "fast",
          parentName: "input",
          parentTriggerValues: ["a"],
        },
      ],
    },
  });
});

test("the first guarantee is what the console begins with", () => {
  const props = { mode: "streaming", guarantees: ["exactly-once"] } as const;
  expect(fileOf((stack) => build(props, stack))).toMatchObject({
    metadata: { supportsExactlyOnce: true, supportsAtLeastOnce: false, defaultStreamingMode: "EXACTLY_ONCE" },
  });
});

test.each([
  ["text", "TEXT"],
  ["boolean", "BOOLEAN"],
  ["number", "NUMBER"],
  ["read-bucket", "GCS_READ_BUCKET"],
  ["write-bucket", "GCS_WRITE_BUCKET"],
  ["read-file", "GCS_READ_FILE"],
  ["write-file", "GCS_WRITE_FILE"],
  ["read-folder", "GCS_READ_FOLDER"],
  ["write-folder", "GCS_WRITE_FOLDER"],
  ["topic", "PUBSUB_TOPIC"],
  ["table", "BIGQUERY_TABLE"],
  ["javascript-file", "JAVASCRIPT_UDF_FILE"],
  ["service-account", "SERVICE_ACCOUNT"],
  ["machine-type", "MACHINE_TYPE"],
  ["encryption-key", "KMS_KEY_NAME"],
  ["worker-region", "WORKER_REGION"],
  ["worker-zone", "WORKER_ZONE"],
  ["kafka-read-topic", "KAFKA_READ_TOPIC"],
  ["kafka-write-topic", "KAFKA_WRITE_TOPIC"],
] as const)("a parameter of type %s is a %s to Google", (type, paramType) => {
  expect(parameterMetadata({ name: "a", label: "A", helpText: "a", type })).toMatchObject({ paramType });
});

test("a value is held against its parameter's type", () => {
  const a = { name: "a", label: "A", helpText: "a" };
  expect(wants({ ...a, type: "boolean" }, "true")).toBeUndefined();
  expect(wants({ ...a, type: "boolean" }, "false")).toBeUndefined();
  expect(wants({ ...a, type: "boolean" }, "True")).toBe("true or false");
  expect(wants({ ...a, type: "number" }, "1e3")).toBeUndefined();
  expect(wants({ ...a, type: "number" }, "")).toBe("a number");
  expect(wants({ ...a, type: "number" }, "1s")).toBe("a number");
  expect(wants({ ...a, type: "enum", options: ["b", { value: "c" }] }, "c")).toBeUndefined();
  expect(wants({ ...a, type: "enum", options: ["b", { value: "c" }] }, "d")).toBe("one of b, c");
  expect(wants({ ...a, regexes: ["^x", "y$"] }, "xy")).toBeUndefined();
  expect(wants({ ...a, regexes: ["^x", "y$"] }, "xz")).toBe("something that y$ matches");
  expect(wants(a, "anything")).toBeUndefined();
  expect(optionsOf(a)).toBeUndefined();
});

test("a regular expression of Java's that JavaScript cannot read is left to Dataflow", () => {
  expect(wants({ name: "a", label: "A", helpText: "a", regexes: ["(?i)[a-z]++"] }, "1")).toBeUndefined();
});

const build = (props: Partial<FlexTemplateProps>, stack = aStack()): FlexTemplate =>
  new FlexTemplate(stack, "template", {
    image: ContainerImage.fromRegistry(IMAGE),
    bucket: new Bucket(stack, "files"),
    object: "templates/clicks.json",
    sdk: { language: "java" },
    mode: "batch",
    parameters: [],
    ...props,
  });

const a = { name: "a", label: "A", helpText: "a" };

test.each<[Partial<FlexTemplateProps>, string]>([
  [{ parameters: [a, a] }, 'parameters has "a" twice'],
  [{ parameters: [{ ...a, type: "enum", options: [] }] }, "parameters.a has no options: nothing could be chosen"],
  [
    { parameters: [{ ...a, type: "enum", options: ["b", "c"], default: "d" }] },
    'parameters.a.default is "d", which is none of its options: b, c',
  ],
  [
    { parameters: [{ ...a, shownWith: { parameter: "b" } }] },
    'parameters.a is shown with "b", which is no parameter: nobody would see it',
  ],
  [{ guarantees: ["exactly-once"] }, "guarantees is of streaming jobs: a batch job processes each row once"],
])("a template with %j is not valid", (props, says) => {
  expect(messageOf(() => build(props))).toContain(says);
});

test("a changed template is another version at the same path", () => {
  const [one, same, other] = [build({}), build({}), build({ description: "b" })];
  expect(one.version).toBe(same.version);
  expect(one.version).not.toBe(other.version);
});

test("an image of somebody else's is theirs to open", () => {
  expect(build({}).grantPull({ member: "user:a", key: "a", home: aStack(), waits: () => [] })).toBeUndefined();
});
