import { expect, test } from "vitest";
import { type Environment, readSettings } from "../../../pipeline-images/stream-processor/settings";

const pull: Environment = {
  MODE: "pull",
  PIPELINE: "gs://acme/specs/clicks.json",
  SUBSCRIPTION: "projects/acme/subscriptions/clicks",
  OUTPUTS: '{"rows":{"table":"acme.games.rows"},"all":{"topic":"projects/acme/topics/all"}}',
  ERRORS: "projects/acme/topics/dead",
  CHECKPOINTS: "gs://acme/checkpoints",
};

test("what is not said has a default", () => {
  expect(readSettings(pull, [])).toEqual({
    mode: "pull",
    port: 8080,
    pipeline: "gs://acme/specs/clicks.json",
    subscription: "projects/acme/subscriptions/clicks",
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
    SUBSCRIPTION: "clicks",
    OUTPUTS: "{",
    LEASE: "5s",
    HEARTBEAT: "soon",
    PORT: "x",
  };
  expect(() => readSettings(wrong, ["--force"])).toThrow(
    [
      "The environment is not valid:",
      '  PORT is "x": it is a whole number from 0 to 65535',
      '  SUBSCRIPTION is "clicks": it is written projects/<project>/subscriptions/<subscription>',
      '  OUTPUTS is "{": it is the JSON of an object, output name to where its rows go',
      '  LEASE is "5s": it is from 10s to 600s',
      '  HEARTBEAT: "soon" is not a duration: write a number and a unit, as in "100ms", "30s", "10m", "12h", "7d"',
      "  --force is no flag: there are --reset-state=<name>, --assume-written and --assume-lost",
      '  MODE is "fast": it is "pull" or "push"',
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
