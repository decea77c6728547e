import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { JavaScriptFunction } from "../../../constructs/bigquery/javascript-function";
import { SqlFunction, StoredProcedure, TableFunction } from "../../../constructs/bigquery/sql-routines";
import { View } from "../../../constructs/bigquery/view";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import {
  boolean,
  bytes,
  datetime,
  json,
  time,
  type FloatField,
  type Nullable,
  type StringField,
} from "../../../pipeline/schema/field";
import { aStack, messageOf, templateOf } from "../support";
import { date, float, integer, nullable, numeric, record, repeated, string, timestamp } from "../support-pipeline";
import { examples } from "./examples";
import { events } from "./examples/support";

const datasetId = "${google_bigquery_dataset.events.dataset_id}";

test("a function of which nothing is said takes nothing and gives what its expression is", () => {
  const template = templateOf(examples.SqlFunction.minimal);
  expect(template.resource("google_bigquery_routine.events-one")).toEqual({
    project: "acme-dev",
    dataset_id: datasetId,
    routine_id: "one",
    routine_type: "SCALAR_FUNCTION",
    language: "SQL",
    arguments: [],
    definition_body: "1",
    depends_on: ["time_sleep.apis"],
  });
});

test("a function of which all is said", () => {
  const template = templateOf(examples.SqlFunction.maximal);
  expect(template.resource("google_bigquery_routine.events-masked")).toEqual({
    project: "acme-dev",
    dataset_id: datasetId,
    routine_id: "masked",
    description: "hides it",
    routine_type: "SCALAR_FUNCTION",
    language: "SQL",
    arguments: [{ name: "value", data_type: '{"typeKind":"STRING"}' }],
    return_type: '{"typeKind":"STRING"}',
    definition_body: "CONCAT('$${x}', value)",
    data_governance_type: "DATA_MASKING",
    timeouts: { create: "10m" },
    depends_on: ["time_sleep.apis"],
  });
});

test("types are written as BigQuery's API has them, their names sorted as the provider sorts them", () => {
  const all = {
    a: boolean(),
    b: bytes(),
    c: date(),
    d: datetime(),
    e: float(),
    f: integer(),
    g: json(),
    h: numeric(),
    i: nullable(string()),
    j: time(),
    k: timestamp(),
    l: repeated(float()),
    m: repeated(record({ n: string(), o: repeated(integer()) })),
    p: "any",
  } as const;
  const template = templateOf((stack) => {
    new SqlFunction(stack, "f", { dataset: events(stack), arguments: all, expression: "1" });
  });
  const written = template.resource("google_bigquery_routine.events-f")["arguments"] as {
    readonly name: string;
    readonly data_type?: string;
    readonly argument_kind?: string;
  }[];
  expect(written.map(({ data_type: type }) => type)).toEqual([
    '{"typeKind":"BOOL"}',
    '{"typeKind":"BYTES"}',
    '{"typeKind":"DATE"}',
    '{"typeKind":"DATETIME"}',
    '{"typeKind":"FLOAT64"}',
    '{"typeKind":"INT64"}',
    '{"typeKind":"JSON"}',
    '{"typeKind":"NUMERIC"}',
    '{"typeKind":"STRING"}',
    '{"typeKind":"TIME"}',
    '{"typeKind":"TIMESTAMP"}',
    '{"arrayElementType":{"typeKind":"FLOAT64"},"typeKind":"ARRAY"}',
    '{"arrayElementType":{"structType":{"fields":[{"name":"n","type":{"typeKind":"STRING"}},{"name":"o","type":{"arrayElementType":{"typeKind":"INT64"},"typeKind":"ARRAY"}}]},"typeKind":"STRUCT"},"typeKind":"ARRAY"}',
    undefined,
  ]);
  expect(written.at(-1)).toEqual({ name: "p", argument_kind: "ANY_TYPE" });
});

test("a table function comes after the tables that it names", () => {
  const template = templateOf(examples.TableFunction.minimal);
  expect(template.resource("google_bigquery_routine.events-all_clicks")).toEqual({
    project: "acme-dev",
    dataset_id: datasetId,
    routine_id: "all_clicks",
    routine_type: "TABLE_VALUED_FUNCTION",
    language: "SQL",
    arguments: [],
    definition_body:
      "SELECT * FROM `acme-dev.${google_bigquery_table.events-clicks.dataset_id}.${google_bigquery_table.events-clicks.table_id}`",
    depends_on: ["time_sleep.apis"],
  });
});

test("a table function of which all is said", () => {
  const template = templateOf(examples.TableFunction.maximal);
  expect(template.resource("google_bigquery_routine.events-clicks_of")).toMatchObject({
    description: "of one user",
    arguments: [{ name: "who", data_type: '{"typeKind":"STRING"}' }],
    return_table_type:
      '{"columns":[{"name":"user","type":{"typeKind":"STRING"}},{"name":"tags","type":{"arrayElementType":{"typeKind":"STRING"},"typeKind":"ARRAY"}}]}',
    definition_body: "SELECT who AS user, ['$${x}'] AS tags",
    timeouts: { create: "10m" },
  });
});

test("a procedure of which nothing is said", () => {
  const template = templateOf(examples.StoredProcedure.minimal);
  expect(template.resource("google_bigquery_routine.events-tidy")).toEqual({
    project: "acme-dev",
    dataset_id: datasetId,
    routine_id: "tidy",
    routine_type: "PROCEDURE",
    language: "SQL",
    arguments: [],
    definition_body: "SELECT 1;",
    depends_on: ["time_sleep.apis"],
  });
});

test("a procedure's arguments go in, out or both ways", () => {
  const template = templateOf(examples.StoredProcedure.maximal);
  expect(template.resource("google_bigquery_routine.events-tidy")).toMatchObject({
    description: "tidies",
    arguments: [
      { name: "before", data_type: '{"typeKind":"TIMESTAMP"}', mode: "IN" },
      { name: "count", data_type: '{"typeKind":"INT64"}', mode: "OUT" },
      { name: "rest", data_type: '{"typeKind":"INT64"}', mode: "INOUT" },
    ],
    definition_body: "SET count = 1; SELECT '$${x}';",
    security_mode: "DEFINER",
  });
});

/** As BigQuery calls it. */
function called(body: unknown, given: { readonly [name: string]: unknown }): unknown {
  return runInNewContext(`(function (${Object.keys(given).join(", ")}) { ${String(body)} })(...given)`, {
    given: Object.values(given),
  });
}

describe("a function in JavaScript", () => {
  test("travels as the text of the function, and passes NULL on", () => {
    const template = templateOf(examples.JavaScriptFunction.minimal);
    expect(template.resource("google_bigquery_routine.events-host")).toEqual({
      project: "acme-dev",
      dataset_id: datasetId,
      routine_id: "host",
      routine_type: "SCALAR_FUNCTION",
      language: "JAVASCRIPT",
      determinism_level: "DETERMINISTIC",
      arguments: [{ name: "url", data_type: '{"typeKind":"STRING"}' }],
      return_type: '{"typeKind":"STRING"}',
      definition_body: 'if (url === null) return null;\nreturn (({url}) => url.split("/")[2] ?? null)({ url });',
      depends_on: ["time_sleep.apis"],
    });
  });

  test("is not evaluated by Terraform, and of which all is said", () => {
    const { definition_body: body, ...rest } = templateOf(examples.JavaScriptFunction.maximal).resource(
      "google_bigquery_routine.events-total",
    );
    expect(rest).toMatchObject({
      description: "in words",
      arguments: [
        { name: "price", data_type: '{"typeKind":"FLOAT64"}' },
        { name: "rates", data_type: '{"arrayElementType":{"typeKind":"FLOAT64"},"typeKind":"ARRAY"}' },
        { name: "note", data_type: '{"typeKind":"STRING"}' },
      ],
      timeouts: { create: "10m" },
    });
    expect(body).toContain("if (price === null || rates === null) return null;\n");
    expect(body).toContain("`$${");
  });

  test("gives what the function gives", () => {
    const template = templateOf((stack) => {
      new JavaScriptFunction(stack, "f", {
        dataset: events(stack),
        arguments: { a: float(), b: nullable(float()) },
        returns: nullable(float()),
        function: ({ a, b }) => (b === null ? a : a + b),
      });
      new JavaScriptFunction(stack, "g", {
        dataset: Dataset.fromName(stack, "other", { name: "other" }),
        arguments: { a: nullable(string()) },
        returns: string(),
        function: ({ a }) => a ?? "none",
      });
    });
    const f = template.resource("google_bigquery_routine.events-f")["definition_body"];
    expect([called(f, { a: 1, b: 2 }), called(f, { a: 1, b: null }), called(f, { a: null, b: 2 })]).toEqual([
      3,
      1,
      null,
    ]);
    const g = template.resource("google_bigquery_routine.other-g")["definition_body"];
    expect(String(g)).toMatch(/^return /);
    expect([called(g, { a: "x" }), called(g, { a: null })]).toEqual(["x", "none"]);
  });

  test("is checked by the compiler", () => {
    const stack = aStack();
    const dataset = events(stack);
    new JavaScriptFunction<{ readonly a: FloatField }, Nullable<StringField>>(stack, "f", {
      dataset,
      arguments: { a: float() },
      returns: nullable(string()),
      // @ts-expect-error -- it gives a number, not text
      function: ({ a }) => a,
    });
    new JavaScriptFunction(stack, "g", {
      dataset,
      arguments: { a: float() },
      returns: string(),
      // @ts-expect-error -- there is no b
      function: ({ b }) => String(b),
    });
    expect(stack.node.tryFindChild("g")).toBeDefined();
  });

  test.each<[object, string]>([
    [
      { arguments: { url: integer() } },
      "arguments.url is a INTEGER: to BigQuery's JavaScript it is another value than to a pipeline. Take text or a float",
    ],
    [{ arguments: { url: record({ at: timestamp() }) } }, "arguments.url.at is a TIMESTAMP"],
    [{ returns: numeric() }, "returns is a NUMERIC"],
    [
      { arguments: { default: string() }, function: () => "" },
      'arguments has "default", a word that JavaScript keeps for itself',
    ],
    [{ function: () => outside }, 'function uses "outside", which is defined outside of it'],
  ])("with %j is not valid", (props, says) => {
    const stack = aStack();
    const shared = {
      dataset: events(stack),
      arguments: { url: string() },
      returns: string(),
      function: ({ url }: { readonly url: string }) => url,
    };
    expect(messageOf(() => new JavaScriptFunction(stack, "f", { ...shared, ...props }))).toContain(says);
  });

  test("says how a function that uses its file is written instead", () => {
    const stack = aStack();
    const says = messageOf(
      () =>
        new JavaScriptFunction(stack, "f", {
          dataset: events(stack),
          arguments: { url: string() },
          returns: string(),
          function: ({ url }) => outside + url,
        }),
    );
    expect(says).toContain("write what outside is into the function");
  });
});

const outside = "https://";

test.each<[string, (dataset: Dataset) => unknown, string]>([
  [
    "name",
    (dataset) => new SqlFunction(dataset, "f", { dataset, name: "a-b", expression: "1" }),
    'name is "a-b": BigQuery takes up to 256 letters, digits and "_" in the name of a routine',
  ],
  [
    "argument",
    (dataset) => new SqlFunction(dataset, "f", { dataset, arguments: { "1a": float() }, expression: "1" }),
    'arguments has "1a": a name has letters, digits and "_", and no digit first',
  ],
  [
    "number of arguments",
    (dataset) => {
      const all = Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`a${index}`, float()]));
      return new SqlFunction(dataset, "f", { dataset, arguments: all, expression: "1" });
    },
    "arguments has 257: BigQuery takes at most 256",
  ],
  ["expression", (dataset) => new SqlFunction(dataset, "f", { dataset, expression: " " }), "expression is empty"],
  [
    "mask",
    (dataset) => new SqlFunction(dataset, "f", { dataset, expression: "1", masking: true }),
    "masking takes one argument, the column's value, and there are 0",
  ],
  ["query", (dataset) => new TableFunction(dataset, "f", { dataset, query: "" }), "query is empty"],
  ["body", (dataset) => new StoredProcedure(dataset, "f", { dataset, body: "" }), "body is empty"],
  [
    "output",
    (dataset) => new StoredProcedure(dataset, "f", { dataset, body: "SELECT 1", out: ["a"] }),
    'out or inOut has "a", which is none of the arguments',
  ],
  [
    "way of an argument",
    (dataset) => {
      const all = { a: float() };
      return new StoredProcedure(dataset, "f", { dataset, arguments: all, body: "SELECT 1", out: ["a"], inOut: ["a"] });
    },
    'out and inOut both have "a": it is the one or the other',
  ],
])("a routine's %s that is not valid says why", (_, make, says) => {
  expect(messageOf(() => make(events(aStack())))).toContain(says);
});

test("a remote function is called as its connection's account, which may invoke the service and nothing else", () => {
  const template = templateOf(examples.RemoteFunction.minimal);
  expect(template.resource("google_bigquery_routine.events-geocode")).toEqual({
    project: "acme-dev",
    dataset_id: datasetId,
    routine_id: "geocode",
    routine_type: "SCALAR_FUNCTION",
    definition_body: "",
    arguments: [],
    return_type: '{"typeKind":"STRING"}',
    remote_function_options: {
      endpoint: "${google_cloud_run_v2_service.geo.uri}",
      connection: "${google_bigquery_connection.services.name}",
    },
    depends_on: ["time_sleep.apis"],
  });
  expect(template.allResources("google_cloud_run_v2_service_iam_member")).toMatchObject({
    "geo-run-invoker-connection-services": {
      role: "roles/run.invoker",
      member: "serviceAccount:${google_bigquery_connection.services.cloud_resource[0].service_account_id}",
    },
  });
  expect(template.journey["whys"]).toMatchObject({
    "google_cloud_run_v2_service_iam_member.geo-run-invoker-connection-services": "calls it as the function geocode",
  });
});

test("a remote function of which all is said", () => {
  const template = templateOf(examples.RemoteFunction.maximal);
  expect(template.resource("google_bigquery_routine.events-geocode")).toMatchObject({
    description: "where an address is",
    arguments: [{ name: "address", data_type: '{"typeKind":"STRING"}' }],
    remote_function_options: {
      endpoint: "${google_cloud_run_v2_service.geo.uri}/geocode",
      max_batching_rows: "50",
      user_defined_context: { language: "en" },
    },
  });
});

test("a remote function's options have limits", () => {
  const faults = examples.RemoteFunction.faults;
  expect(messageOf(() => faults["maxBatchingRows-range"][0]?.(aStack()))).toContain("maxBatchingRows is 0: BigQuery");
  expect(messageOf(() => faults["context-size"][0]?.(aStack()))).toContain(
    "context is 8192 bytes: BigQuery takes less than 8192",
  );
});

test("a routine is called by its path, by who may see it", () => {
  const template = templateOf((stack) => {
    const dataset = events(stack);
    const tax = new SqlFunction(stack, "tax", { dataset, arguments: { x: float() }, expression: "x * 1.1" });
    expect(tax).toMatchObject({ key: "events-tax", fullName: "acme-dev.events.tax" });
    new View(stack, "taxed", { dataset, query: `SELECT \`${tax.path}\`(1.0) AS x` });
    tax.grantCall(new ServiceAccount(stack, "analyst"));
  });
  expect(template.resource("google_bigquery_table.events-taxed")["view"]).toMatchObject({
    query:
      "SELECT `acme-dev.${google_bigquery_routine.events-tax.dataset_id}.${google_bigquery_routine.events-tax.routine_id}`(1.0) AS x",
  });
  expect(template.allResources("google_bigquery_dataset_iam_member")).toMatchObject({
    "events-bigquery-metadataViewer-analyst": { role: "roles/bigquery.metadataViewer" },
  });
});
