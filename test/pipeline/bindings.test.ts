import { describe, expect, test } from "vitest";
import {
  filesOfRun,
  readInputBindings,
  readOutputBinding,
  readOutputBindings,
  type InputBindings,
  type OutputBindings,
} from "../../pipeline/bindings";

const inputs: InputBindings = {
  stream: { subscription: "projects/acme/subscriptions/clicks" },
  table: { table: "acme.games.products" },
  legacy: { table: "example.com:acme.games.products" },
  query: { query: "SELECT *\nFROM t" },
  lines: { files: "gs://acme-in/events/*.json.gz", format: { type: "json-lines" } },
  csv: { files: "in/*.csv", format: { type: "csv", header: true, delimiter: ";" } },
  text: { files: "**/*.log", format: { type: "text", skipLines: 1 } },
  daily: { files: "gs://acme-in/{yesterday}/*.log.gz", format: { type: "text" } },
};

const outputs: OutputBindings = {
  table: { table: "acme.games.rows" },
  replaced: { table: "acme.games.rows", write: "truncate" },
  latest: { table: "acme.games.rows", write: "upsert" },
  ofDay: { table: "acme.games.rows", write: "truncate", partition: { id: "{yesterday}", column: "day", every: "day" } },
  ofShop: {
    table: "acme.games.rows",
    write: "truncate",
    partition: { id: "{partition}", column: "shop", range: { start: 0, end: 100, interval: 10 } },
  },
  tables: { tables: "acme.games.events_{region}" },
  topic: { topic: "projects/acme/topics/all", orderingKey: "user", attributes: ["event_name"] },
  files: { files: "gs://acme-out/a", format: { type: "parquet" }, suffix: ".parquet", shards: 3, every: "5m" },
  bigtable: { bigtable: "projects/acme/instances/i/tables/t", family: "latest", key: ["device"] },
  documents: { documents: "projects/acme/databases/(default)/documents/events", key: ["id"] },
  own: { sink: "endpoint", options: { url: "https://acme.example/rows" } },
};

/** What a reader gives and what it says. */
function reading<T>(read: (name: string, text: string, say: (problem: string) => void) => T, text: string) {
  const problems: string[] = [];
  return { bindings: read("VARIABLE", text, (problem) => problems.push(problem)), problems };
}

test("what constructs write is what images read", () => {
  expect(reading(readInputBindings, JSON.stringify(inputs))).toEqual({ bindings: inputs, problems: [] });
  expect(reading(readOutputBindings, JSON.stringify(outputs))).toEqual({ bindings: outputs, problems: [] });
  for (const output of Object.values(outputs)) {
    expect(reading(readOutputBinding, JSON.stringify(output))).toEqual({ bindings: output, problems: [] });
  }
});

test.each(["", "x", "[]", '"text"', "null", "1"])("what is no object is said to be none: %j", (text) => {
  expect(reading(readInputBindings, text)).toEqual({
    bindings: {},
    problems: [`VARIABLE is "${text}": it is the JSON of an object, input name to where it comes from`],
  });
  expect(reading(readOutputBindings, text).problems).toEqual([
    `VARIABLE is "${text}": it is the JSON of an object, output name to where its rows go`,
  ]);
  expect(reading(readOutputBinding, text)).toMatchObject({
    bindings: undefined,
    problems: [expect.stringMatching(/^VARIABLE is "/)],
  });
});

describe("a binding that binds nothing is named:", () => {
  test.each<unknown>([
    null,
    "acme.games.products",
    {},
    { subscription: "clicks" },
    { table: "products" },
    { query: "" },
    { files: "a" },
    { files: "a", format: { type: "xml" } },
    { files: "a", format: "csv" },
    { files: "", format: { type: "csv" } },
    { files: "{today}/*.csv", format: { type: "csv" } },
    { table: "acme.games.products", query: "SELECT 1" },
  ])("of an input %j", (binding) => {
    expect(reading(readInputBindings, JSON.stringify({ good: inputs["table"], bad: binding })).problems).toEqual([
      `VARIABLE.bad is ${JSON.stringify(binding)}: it is { "subscription": ... }, { "table": ... }, { "query": ... } or { "files": ... }, as pipeline/bindings.ts has it`,
    ]);
  });

  test.each<unknown>([
    null,
    {},
    { table: "rows" },
    { table: "acme.games.rows", write: "replace" },
    { table: "acme.games.rows", partition: { id: "20240131" } },
    { table: "acme.games.rows", write: "truncate", partition: "20240131" },
    { table: "acme.games.rows", write: "truncate", partition: { id: "20240131", every: "week" } },
    { table: "acme.games.rows", write: "truncate", partition: { id: "10", range: { start: 0, end: 9, interval: 0 } } },
    { table: "acme.games.rows", write: "truncate", partition: { id: "20240131", of: "day" } },
    { tables: "acme.games.events" },
    { topic: "all" },
    { topic: "projects/acme/topics/all", orderingKey: "" },
    { topic: "projects/acme/topics/all", attributes: [] },
    { topic: "projects/acme/topics/all", attributes: [1] },
    { files: "a", format: { type: "csv" }, shards: 0 },
    { files: "a", format: { type: "csv" }, shards: 1.5 },
    { files: "a", format: { type: "csv" }, suffix: "" },
    { files: "a", format: { type: "csv" }, every: 5 },
    { bigtable: "t", family: "f", key: ["a"] },
    { bigtable: "projects/acme/instances/i/tables/t", family: "f", key: [] },
    { documents: "events", key: ["id"] },
    { documents: "projects/acme/databases/d/documents/events" },
    { sink: "endpoint" },
    { sink: "endpoint", options: { retries: 5 } },
  ])("of an output %j", (binding) => {
    const { problems } = reading(readOutputBindings, JSON.stringify({ bad: binding }));
    expect(problems).toEqual([expect.stringMatching(/^VARIABLE\.bad is .*: it is \{ "table": \.\.\. \}, /)]);
  });
});

test("a run reads the files of the day before its start, in UTC", () => {
  const files = "gs://acme-in/{yesterday}/*/{yesterday}.log.gz";
  expect(filesOfRun(files, new Date("2024-03-01T00:00:00.000Z"))).toBe("gs://acme-in/2024-02-29/*/2024-02-29.log.gz");
  expect(filesOfRun(files, new Date("2024-02-29T23:59:59.999Z"))).toBe("gs://acme-in/2024-02-28/*/2024-02-28.log.gz");
  expect(filesOfRun("in/*.csv", new Date())).toBe("in/*.csv");
  expect(filesOfRun(files, new Date(), "2023-12-31")).toBe("gs://acme-in/2023-12-31/*/2023-12-31.log.gz");
});
