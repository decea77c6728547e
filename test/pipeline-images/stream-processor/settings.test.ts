import { expect, test } from "vitest";
import {
  type Environment,
  type PullEnvironment,
  readSettings,
} from "../../../pipeline-images/stream-processor/settings";

const pull: Environment = {
  MODE: "pull",
  PIPELINE: "gs://acme/specs/clicks.json",
  INPUTS: '{"clicks":{"subscription":"projects/acme/subscriptions/clicks"},"products":{"table":"acme.games.products"}}',
  OUTPUTS: '{"rows":{"table":"acme.games.rows"},"all":{"topic":"projects/acme/topics/all"}}',
  ERRORS: '{"topic":"projects/acme/topics/dead"}',
  CHECKPOINTS: "gs://acme/checkpoints",
};

test("what is not said has a default", () => {
  expect(readSettings(pull, [])).toEqual({
    mode: "pull",
    drain: false,
    memoryLimit: undefined,
    otlp: undefined,
    port: 8080,
    pipeline: "gs://acme/specs/clicks.json",
    subscriptions: { clicks: "projects/acme/subscriptions/clicks" },
    sides: { products: { table: "acme.games.products" } },
    outputs: { rows: { table: "acme.games.rows" }, all: { topic: "projects/acme/topics/all" } },
    errors: "projects/acme/topics/dead",
    checkpoints: "gs://acme/checkpoints",
    checkpointEvery: 1_000,
    lease: 30_000,
    heartbeat: 5_000,
    reset: undefined,
    assume: undefined,
  });
  expect(readSettings({ ...pull, MODE: "push", AUDIENCE: "https://clean" }, [])).toMatchObject({
    mode: "push",
    audience: "https://clean",
    pusher: undefined,
    maxBodyBytes: 16 * 1024 * 1024,
  });
});

test("flags say what only a person can judge", () => {
  expect(readSettings(pull, ["--reset-state=replay of monday", "--assume-lost"])).toMatchObject({
    reset: "replay of monday",
    assume: "lost",
  });
});

test("all that is wrong is said at once, each with what it should be", () => {
  const wrong = {
    ...pull,
    MODE: "fast",
    INPUTS: '{"clicks":{"subscription":"clicks"}}',
    ERRORS: "projects/acme/topics/errors",
    OUTPUTS: "{",
    LEASE: "5s",
    HEARTBEAT: "soon",
    PORT: "x",
  };
  expect(() => readSettings(wrong, ["--force"])).toThrow(
    [
      "The environment is not valid:",
      '  PORT is "x": it is a whole number from 0 to 65535',
      '  INPUTS.clicks is {"subscription":"clicks"}: it is { "subscription": ... }, { "table": ... }, { "query": ... } or { "files": ... }, as pipeline/bindings.ts has it',
      '  OUTPUTS is "{": it is the JSON of an object, output name to where its rows go',
      '  ERRORS is "projects/acme/topics/errors": it is { "table": ... }, { "tables": ... }, { "topic": ... }, { "files": ... }, { "bigtable": ... }, { "documents": ... } or { "sink": ... }, as pipeline/bindings.ts has it',
      '  LEASE is "5s": it is from 10s to 600s',
      '  HEARTBEAT: "soon" is not a duration: write a number and a unit, as in "100ms", "30s", "10m", "12h", "7d"',
      "  --force is no flag: there are --drain, --reset-state=<name>, --assume-written and --assume-lost",
      '  MODE is "fast": it is "pull", "push" or "batch"',
    ].join("\n"),
  );
});

test.each([
  '{"rows":"acme.games.rows"}',
  '{"rows":{"table":"games.rows"}}',
  '{"rows":{"topic":"all"}}',
  '{"rows":null}',
  "[]",
  "null",
])("bindings that bind nothing are refused: %s", (OUTPUTS) => {
  expect(() => readSettings({ ...pull, OUTPUTS }, [])).toThrow(/OUTPUTS/);
});

const two = '{"a":{"subscription":"projects/a/subscriptions/a"},"b":{"subscription":"projects/a/subscriptions/b"}}';

test.each(["{}", '{"products":{"table":"acme.games.products"}}'])("it reads a stream at least, not %s", (INPUTS) => {
  expect(() => readSettings({ ...pull, INPUTS }, [])).toThrow("INPUTS names 0 streams: it is one at least");
});

test("it pulls several streams, and is pushed one", () => {
  expect(readSettings({ ...pull, INPUTS: two }, [])).toMatchObject({
    subscriptions: { a: "projects/a/subscriptions/a", b: "projects/a/subscriptions/b" },
  });
  expect(() => readSettings({ ...pull, MODE: "push", INPUTS: two }, [])).toThrow(
    'INPUTS names 2 streams: what is pushed comes of one, { "<input>": { "subscription": ... } }',
  );
});

test("what is refused goes to a topic", () => {
  expect(() => readSettings({ ...pull, ERRORS: '{"table":"acme.games.errors"}' }, [])).toThrow(
    'ERRORS is {"table":"acme.games.errors"}: it is { "topic": ... }',
  );
});

const batch = {
  PIPELINE: "gs://acme/spec.json",
  MODE: "batch",
  INPUTS: '{"events":{"files":"gs://acme/*.json","format":{"type":"json-lines"}}}',
  OUTPUTS: '{"users":{"table":"acme.logs.users","write":"truncate"}}',
  ERRORS: '{"files":"gs://acme/errors","format":{"type":"json-lines"}}',
  CHECKPOINTS: "gs://acme/runs",
};

test("a task of a job is told by Cloud Run which one it is", () => {
  expect(readSettings(batch, [])).toEqual({
    mode: "batch",
    pipeline: "gs://acme/spec.json",
    inputs: { events: { files: "gs://acme/*.json", format: { type: "json-lines" } } },
    outputs: { users: { table: "acme.logs.users", write: "truncate" } },
    errors: { files: "gs://acme/errors", format: { type: "json-lines" } },
    runs: "gs://acme/runs",
    metrics: undefined,
    execution: undefined,
    task: 0,
    tasks: 1,
    attempt: 0,
  });
  const told = {
    CLOUD_RUN_EXECUTION: "traffic-abc12",
    CLOUD_RUN_TASK_INDEX: "2",
    CLOUD_RUN_TASK_COUNT: "3",
    CLOUD_RUN_TASK_ATTEMPT: "1",
    METRICS: "gs://acme/metrics",
    YESTERDAY: "2024-02-29",
    PARTITION: "2024022913",
    SPILL: "/spill",
  };
  expect(readSettings({ ...batch, ...told }, [])).toMatchObject({
    execution: "traffic-abc12",
    task: 2,
    tasks: 3,
    attempt: 1,
    metrics: "gs://acme/metrics",
    yesterday: "2024-02-29",
    partition: "2024022913",
    spill: "/spill",
  });
});

test("all that is wrong with a task's environment is said at once", () => {
  const wrong = {
    ...batch,
    CHECKPOINTS: "",
    CLOUD_RUN_TASK_INDEX: "3",
    CLOUD_RUN_TASK_COUNT: "3",
    YESTERDAY: "2023-02-29",
  };
  expect(() => readSettings(wrong, ["--reset-state=x"])).toThrow(
    [
      "The environment is not valid:",
      "--reset-state=x is no flag: a run that ends has none",
      "CHECKPOINTS is missing: it says where runs keep what their tasks agree on: gs://bucket/prefix, or a folder",
      'CLOUD_RUN_TASK_INDEX is "3": it is a whole number from 0 to 2',
      'YESTERDAY is "2023-02-29": it is a day, as 2024-01-31',
    ].join("\n  "),
  );
});

const limit = (MEMORY_LIMIT: string) => (readSettings({ ...pull, MEMORY_LIMIT }, []) as PullEnvironment).memoryLimit;

test("a container's memory is a size or a number of bytes", () => {
  expect(["512Mi", "1.5Gi", "1073741824"].map(limit)).toEqual([2 ** 29, 1.5 * 2 ** 30, 2 ** 30]);
  expect(() => limit("plenty")).toThrow('MEMORY_LIMIT is "plenty": it is 512Mi, 1Gi, or a number of bytes');
});

test("--drain and --reset-state are one or the other", () => {
  expect(readSettings(pull, ["--drain"])).toMatchObject({ drain: true });
  expect(() => readSettings(pull, ["--drain", "--reset-state=x"])).toThrow(
    "--drain ends in order what --reset-state gives up: it is one of them",
  );
});
