/** Files that a stream writes: which rows are in which, and when they are seen. */
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { count, fixed, pipeline, schema, sliding, string, timestamp } from "../../../../../pipeline";
import type { PipelineSpec } from "../../../../../pipeline/spec";
import type { FilesBinding } from "../../../../../pipeline-images/stream-processor/sinks/files/names";
import { Journey, journeySettings } from "../../support/journey";
import { Simulation } from "../../support/simulation";

const Word = schema("word", { text: string(), at: timestamp() });
const windows = (lateness?: "1m") =>
  pipeline("words", { words: Word }, ({ words }) => ({
    out: words
      .eventTime("at", { maxDelay: "0s" })
      .window(fixed("1m"), lateness === undefined ? {} : { allowedLateness: lateness, accumulation: "discarding" })
      .select("text"),
  })).toJSON();
const plain = pipeline("words", { words: Word }, ({ words }) => ({ out: words.select("text") })).toJSON();

/** At noon. */
function stage(spec: PipelineSpec, binding: Omit<FilesBinding, "files">, journey?: Journey) {
  const there =
    journey ??
    new Journey(new Simulation(1), {
      ...journeySettings,
      spec,
      subscriptions: { words: "projects/acme/subscriptions/words" },
      outputs: { out: { files: "out/words", ...binding } },
    });
  const { processor } = there.start();
  const noon = Date.UTC(2024, 0, 31, 12);
  return {
    journey: there,
    processor,
    /** A word whose time is so many seconds after noon. */
    say: (text: string, second: number) =>
      void there.subscription.publish({ text, at: new Date(noon + second * 1_000).toISOString() }),
    texts: () => Object.fromEntries([...there.files.seen].map(([name, content]) => [name, content.toString()])),
  };
}

test("a window's file is seen when the window is over, a late row in one of its own, the empty shards with them", async () => {
  const { journey, say, texts } = stage(windows("1m"), { format: { type: "text" }, shards: 2, every: "10s" });
  await journey.pass(1);
  say("one", 0);
  say("two", 1);
  say("three", 2);
  await journey.pass(30);
  expect(texts()).toEqual({});
  expect(journey.files.unseen).toHaveLength(2);
  say("next", 61);
  await journey.pass(40);
  const first = {
    "out/words-2024-01-31T12:00:00.000Z-2024-01-31T12:01:00.000Z-0-00000-of-00002.txt": "one\nthree\n",
    "out/words-2024-01-31T12:00:00.000Z-2024-01-31T12:01:00.000Z-0-00001-of-00002.txt": "two\n",
  };
  expect(texts()).toEqual(first);
  say("late", 3);
  await journey.pass(5);
  expect(texts()).toEqual(first);
  await journey.pass(15);
  expect(texts()).toEqual({
    ...first,
    "out/words-2024-01-31T12:00:00.000Z-2024-01-31T12:01:00.000Z-1-00000-of-00002.txt": "late\n",
    "out/words-2024-01-31T12:00:00.000Z-2024-01-31T12:01:00.000Z-1-00001-of-00002.txt": "",
  });
  // What is too late for a file is an error row, as it is for a step that puts rows together.
  await journey.pass(120);
  say("too late", 4);
  await journey.pass(20);
  expect(Object.keys(texts()).filter((name) => name.includes("T12:00:00.000Z-"))).toHaveLength(4);
  expect(journey.topics.rows.map(({ row }) => [row["step"], row["row"], row["error"]])).toEqual([
    [
      "out",
      { text: "too late" },
      "it came after the window from 2024-01-31T12:00:00.000000Z to 2024-01-31T12:01:00.000000Z and its allowed lateness had passed",
    ],
  ]);
  expect(journey.files.unseen).toEqual([]);
});

test("without lateness a name has no pane, and a row that is in two windows is in the files of both", async () => {
  const spec = pipeline("words", { words: Word }, ({ words }) => ({
    out: words
      .eventTime("at", { maxDelay: "0s" })
      .window(sliding("2m", { every: "1m" }))
      .select("text"),
  })).toJSON();
  const { journey, processor, say, texts } = stage(spec, { format: { type: "json-lines" } });
  await journey.pass(1);
  say("one", 60);
  await journey.pass(5);
  await journey.until(processor.drain());
  expect(texts()).toEqual({
    "out/words-2024-01-31T12:00:00.000Z-2024-01-31T12:02:00.000Z-00000-of-00001.jsonl": '{"text":"one"}\n',
    "out/words-2024-01-31T12:01:00.000Z-2024-01-31T12:03:00.000Z-00000-of-00001.jsonl": '{"text":"one"}\n',
  });
});

test("where rows have no windows a file is of a stretch of time; after a drain in the middle comes another", async () => {
  const { journey, processor, say } = stage(plain, { format: { type: "csv" }, suffix: ".csv.gz", every: "1m" });
  const contents = () =>
    Object.fromEntries([...journey.files.seen].map(([name, content]) => [name, gunzipSync(content).toString()]));
  await journey.pass(1);
  for (const text of ["one", "two", "three"]) {
    say(text, 0);
    await journey.pass(10);
  }
  expect(contents()).toEqual({});
  await journey.pass(40);
  const first = {
    "out/words-2024-01-31T12:00:00.000Z-2024-01-31T12:01:00.000Z-00000-of-00001.csv.gz": "text\none\ntwo\nthree\n",
  };
  expect(contents()).toEqual(first);
  say("four", 0);
  await journey.pass(5);
  await journey.until(processor.drain());
  const second = {
    ...first,
    "out/words-2024-01-31T12:01:00.000Z-2024-01-31T12:02:00.000Z-00000-of-00001.csv.gz": "text\nfour\n",
  };
  expect(contents()).toEqual(second);
  const again = stage(plain, { format: { type: "csv" } }, journey);
  await journey.pass(2);
  again.say("five", 0);
  await journey.pass(60);
  expect(contents()).toEqual({
    ...second,
    "out/words-2024-01-31T12:01:00.000Z-2024-01-31T12:02:00.000Z-1-00000-of-00001.csv.gz": "text\nfive\n",
  });
});

test("rows of a window that were put together are in its file", async () => {
  const spec = pipeline("words", { words: Word }, ({ words }) => ({
    out: words.eventTime("at", { maxDelay: "0s" }).window(fixed("1m")).groupBy("text").aggregate({ n: count() }),
  })).toJSON();
  const { journey, say, texts } = stage(spec, { format: { type: "csv", header: false } });
  await journey.pass(1);
  for (const text of ["a", "b", "a"]) say(text, 5);
  say("c", 61);
  await journey.pass(70);
  expect(texts()).toEqual({
    "out/words-2024-01-31T12:00:00.000Z-2024-01-31T12:01:00.000Z-00000-of-00001.csv": "a,2\nb,1\n",
  });
});

test("a row that cannot stand in such a file is an error row, and the file has the others", async () => {
  const { journey, processor, say, texts } = stage(plain, { format: { type: "text" } });
  await journey.pass(1);
  say("one", 0);
  say("two\nlines", 0);
  say("three", 0);
  await journey.pass(5);
  await journey.until(processor.drain());
  expect(Object.values(texts())).toEqual(["one\nthree\n"]);
  expect(journey.topics.rows.map(({ row }) => [row["reason"], row["error"], row["row"]])).toEqual([
    ["write", "text has a line's end in it, and a row is one line", { text: "two\nlines" }],
  ]);
});

test("a file that somebody else has made stays as it is: the processor says so, and goes on when it is away", async () => {
  const { journey, processor, say, texts } = stage(windows(), { format: { type: "text" } });
  const name = "out/words-2024-01-31T12:00:00.000Z-2024-01-31T12:01:00.000Z-00000-of-00001.txt";
  await journey.files.reachedBy((work) => Promise.resolve(work())).put(name, Buffer.from("theirs"));
  await journey.pass(1);
  say("ours", 0);
  say("next", 61);
  await journey.pass(90);
  expect(texts()).toEqual({ [name]: "theirs" });
  expect(processor.status.problem).toContain(`${name} is there already, and not by this run or these checkpoints`);
  journey.files.objects.delete(name);
  await journey.pass(60);
  expect(texts()[name]).toBe("ours\n");
  expect(processor.status.problem).toBeNull();
});

test("what the log holds of rows is gone with their parts, long before the file is seen", async () => {
  const { journey, processor, say } = stage(windows(), { format: { type: "json-lines" } });
  await journey.pass(1);
  for (let i = 0; i < 200; i += 1) say(`${i}`.repeat(100), i / 10);
  await journey.pass(10);
  expect(processor.status).toMatchObject({ unwritten: 0, unacknowledged: 0, rows: { out: 200 } });
  expect(journey.files.seen.size).toBe(0);
});
