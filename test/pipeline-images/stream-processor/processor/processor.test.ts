import { describe, expect, test } from "vitest";
import { ledgerFold, messageName, sourceOf } from "../../../../pipeline-images/stream-processor/checkpoint/ledger";
import { CheckpointMessage } from "../../../../pipeline-images/stream-processor/checkpoint/record";
import { RecordedIdsMessage } from "../../../../pipeline-images/stream-processor/checkpoint/recorded-ids";
import { decodeEntry } from "../../../../pipeline-images/stream-processor/log/entry";
import { readHistory } from "../../../../pipeline-images/stream-processor/log/history";
import {
  ENTRIES,
  positionOf,
  SNAPSHOTS,
  type Position,
} from "../../../../pipeline-images/stream-processor/log/position";
import type { ProcessorReport } from "../../../../pipeline-images/stream-processor/contract";
import type { PipelineSpec } from "../../../../pipeline/spec";
import { Journey, journeySettings, path, TABLES } from "../support/journey";
import { goodNetwork, Simulation } from "../support/simulation";

const ROWS = path(TABLES.rows);
const ACTIVITY = path(TABLES.activity);

const journeyOf = (settings: object = {}) => new Journey(new Simulation(1), { ...journeySettings, ...settings });

/** Clicks in the activity table, over all its panes. */
const counted = (journey: Journey) =>
  journey.tables.of(ACTIVITY).reduce((clicks, row) => clicks + Number(row["clicks"]), 0);

test("messages become rows, are acknowledged, and a drain closes every window", async () => {
  const journey = journeyOf();
  const { processor } = journey.start();
  await journey.pass(2);
  for (let i = 0; i < 50; i += 1) journey.click(0, `user-${i % 5}`, i);
  journey.subscription.publish("no JSON");
  await journey.pass(5);
  expect(processor.status).toMatchObject({
    state: "running",
    messages: 51,
    rows: { rows: 50, activity: 0, "#errors": 1 },
    unwritten: 0,
    unacknowledged: 0,
    problem: null,
    errors: { parse: 1 },
  });
  expect(journey.subscription.unacknowledged).toBe(0);
  expect(journey.tables.of(ROWS)).toHaveLength(50);

  await journey.until(processor.drain());
  expect(await processor.ended).toBe("drained");
  expect(journey.tables.of(ACTIVITY)).toHaveLength(5);
  expect(counted(journey)).toBe(50);
  expect(journey.topics.rows).toMatchObject([
    {
      row: { reason: "parse" },
      attributes: { pipeline: "clicks", step: "clicks", reason: "parse", row_id: "1-#errors-0-0" },
    },
  ]);
});

describe("nothing leaves before its record is durable", () => {
  test("while the bucket is down no row is written and no message acknowledged; their leases are kept", async () => {
    const journey = journeyOf();
    const { processor } = journey.start();
    await journey.pass(2);
    journey.bucket.down = true;
    for (let i = 0; i < 10; i += 1) journey.click(0, "ada");
    await journey.pass(90);
    expect(journey.tables.of(ROWS)).toEqual([]);
    expect(journey.subscription.unacknowledged).toBe(10);
    expect(journey.subscription.messages.map(({ deliveries }) => deliveries)).toEqual(
      Array.from({ length: 10 }, () => 1),
    );
    expect(processor.status.problem).toBe("gs://simulated/checkpoints: 503: the bucket is down");

    journey.bucket.down = false;
    await journey.pass(15);
    expect(journey.tables.of(ROWS)).toHaveLength(10);
    expect(journey.subscription.unacknowledged).toBe(0);
    expect(processor.status.problem).toBeNull();
  });

  test("while the table is down messages are acknowledged and their rows wait, durable; a restart writes them", async () => {
    const journey = journeyOf();
    const { process, processor } = journey.start();
    await journey.pass(2);
    journey.tables.down = true;
    for (let i = 0; i < 10; i += 1) journey.click(0, "ada");
    await journey.pass(5);
    expect(journey.subscription.unacknowledged).toBe(0);
    expect(processor.status).toMatchObject({
      unwritten: 10,
      unacknowledged: 0,
      problem: "acme.games.rows: 14 UNAVAILABLE: the table is down",
    });

    process.kill();
    journey.tables.down = false;
    journey.start();
    await journey.pass(30);
    expect(journey.tables.of(ROWS)).toHaveLength(10);
  });

  test("rows that cannot be written stop the intake before they fill the memory; what waits keeps its leases", async () => {
    const journey = journeyOf({ mostBytes: 2_000 });
    journey.start();
    await journey.pass(2);
    journey.tables.down = true;
    for (let second = 0; second < 120; second += 1) {
      for (let i = 0; i < 5; i += 1) journey.click(0, "a user of some length");
      await journey.pass(1);
    }
    const waiting = journey.subscription.unacknowledged;
    expect(waiting).toBeGreaterThan(400);
    expect(Math.max(...journey.subscription.messages.map(({ deliveries }) => deliveries))).toBe(1);

    journey.tables.down = false;
    await journey.pass(60);
    expect(journey.subscription.unacknowledged).toBe(0);
    expect(new Set(journey.tables.of(ROWS).map((row) => row["id"])).size).toBe(600);
    expect(journey.tables.of(ROWS)).toHaveLength(600);
  });
});

describe("a message counts once", () => {
  test("also when its acknowledgement was never confirmed and it comes back three hours later", async () => {
    const journey = journeyOf();
    const first = journey.start();
    await journey.pass(2);
    for (let i = 0; i < 10; i += 1) journey.click(0, "ada");
    // Dies with the record durable and the acknowledgements underway.
    const records = journey.bucket.objects.size;
    await journey.world.run({ done: () => journey.bucket.objects.size > records });
    first.process.kill();
    expect(journey.subscription.unacknowledged).toBe(10);

    await journey.pass(3 * 3_600);
    const second = journey.start();
    await journey.pass(120);
    expect(second.processor.status).toMatchObject({ messages: 10, duplicates: 10, unacknowledged: 0 });
    expect(counted(journey)).toBe(10);
    expect(journey.tables.of(ROWS)).toHaveLength(10);

    // Once its time is over the log holds no id, neither of the first nor of the second coming.
    await journey.pass(720);
    const { state } = await readHistory(journey.bucket.direct, ledgerFold);
    const { runs, left } = RecordedIdsMessage.decode(sourceOf(state, "clicks").ids.encode());
    expect({ runs, left }).toEqual({ runs: [], left: [] });
  });

  test("also when Pub/Sub delivers it again after it was acknowledged", async () => {
    const journey = journeyOf();
    journey.subscription.again = 1;
    const { processor } = journey.start();
    await journey.pass(2);
    for (let i = 0; i < 20; i += 1) journey.click(0, "ada");
    await journey.pass(200);
    journey.subscription.again = 0;
    await journey.pass(300);
    expect(processor.status.duplicates).toBeGreaterThan(20);
    await journey.until(processor.drain());
    expect(counted(journey)).toBe(20);
  });
});

describe("an ending", () => {
  test("that comes while a drain is underway ends the drain with a sentence", async () => {
    const journey = journeyOf();
    const { processor } = journey.start();
    await journey.pass(2);
    journey.tables.down = true;
    journey.click(0, "ada");
    await journey.pass(2);
    const drained = processor.drain().then(
      () => "drained",
      (error: Error) => error.message,
    );
    await journey.pass(5);
    await journey.until(processor.stop());
    expect(await processor.ended).toBe("stopped");
    expect(await drained).toBe("it is stopping, and was not drained");
    // The last record was the release: nothing came after it.
    const last = journey.bucket.list(ENTRIES).at(-1) as string;
    expect(decodeEntry(journey.bucket.objects.get(last) as Uint8Array, positionOf(last) as Position).release).toBe(
      true,
    );
    await journey.pass(30);
    expect(journey.bucket.list(ENTRIES).at(-1)).toBe(last);
  });
});

describe("whoever takes over", () => {
  test("does not wait after an orderly stop, and what was not worked on is free at once", async () => {
    const journey = journeyOf();
    const first = journey.start();
    await journey.pass(2);
    journey.click(0, "ada");
    await journey.pass(0.1);
    const stopped = first.processor.stop();
    await journey.until(stopped);
    expect(await first.processor.ended).toBe("stopped");
    first.process.kill();

    const second = journey.start();
    await journey.pass(3);
    expect(second.processor.status).toMatchObject({ state: "running" });
    expect(journey.tables.of(ROWS)).toHaveLength(1);
  });

  test("waits for 20 s of silence otherwise, alive and not ready", async () => {
    const journey = journeyOf();
    const first = journey.start();
    await journey.pass(2);
    const second = journey.start();
    await journey.pass(60);
    expect(second.processor.status.state).toBe("waiting");
    expect(second.processor.ready).toBe(false);
    first.process.kill();
    await journey.pass(18);
    expect(second.processor.status.state).toBe("waiting");
    await journey.pass(10);
    expect(second.processor.ready).toBe(true);
  });

  test("deposes one that slept, which writes and acknowledges nothing any more", async () => {
    const journey = journeyOf();
    const first = journey.start();
    await journey.pass(2);
    // It has rows to write, and would go on doing so.
    journey.tables.down = true;
    for (let i = 0; i < 5; i += 1) journey.click(0, "ada");
    await journey.pass(3);
    first.process.sleep(40_000);
    journey.start();
    await journey.pass(45);
    const asked = journey.tables.asked.get(first.process);
    journey.tables.down = false;
    await journey.pass(60);
    expect(journey.tables.asked.get(first.process)).toBe(asked);
    expect(journey.tables.of(ROWS)).toHaveLength(5);
    expect(first.processor.status).toMatchObject({
      state: "failed",
      problem: expect.stringContaining("another instance has taken over"),
    });
    expect(await first.processor.ended).toBeInstanceOf(Error);
  });

  test("goes on from a snapshot as from the whole log", async () => {
    const journey = journeyOf({ compactAfter: 5 });
    const first = journey.start();
    for (let i = 0; i < 30; i += 1) {
      journey.click(0, `user-${i % 3}`);
      await journey.pass(2);
    }
    expect(journey.bucket.list(SNAPSHOTS)).toHaveLength(1);
    expect(journey.bucket.list(ENTRIES).length).toBeLessThan(15);
    first.process.kill();
    const second = journey.start();
    await journey.pass(60);
    await journey.until(second.processor.drain());
    expect(counted(journey)).toBe(30);
    expect(second.processor.status.messages).toBe(30);
  });
});

const changed = (change: (spec: PipelineSpec) => object) => {
  const spec = journeySettings.spec;
  return { spec: { ...spec, ...change(spec) } as PipelineSpec };
};
const stepsWith = (spec: PipelineSpec, id: string, more: object) => ({
  steps: spec.steps.map((step) => (step.id === id ? { ...step, ...more } : step)),
});

/** A log with open windows, and how a processor with other settings starts on it. */
async function startedOn(settings: object) {
  const journey = journeyOf();
  const first = journey.start();
  await journey.pass(2);
  journey.click(0, "ada");
  await journey.pass(3);
  await journey.until(first.processor.stop());
  first.process.kill();
  const second = journey.start(goodNetwork, settings);
  await journey.pass(2);
  return { journey, ...second };
}

describe("what a log was written for", () => {
  test("is another pipeline's, another subscription's, other windows': refused, and taken from nobody", async () => {
    const { processor } = await startedOn({
      ...changed((spec) => ({ name: "other", ...stepsWith(spec, "activity.aggregate", { keys: [] }) })),
      subscriptions: { clicks: "projects/acme/subscriptions/other" },
    });
    expect(processor.status.state).toBe("failed");
    expect(processor.status.problem).toBe(
      "the checkpoints at gs://simulated/checkpoints are not for this pipeline:\n" +
        "  it is of the pipeline clicks, not other\n" +
        "  it is of projects/acme/subscriptions/clicks, not projects/acme/subscriptions/other\n" +
        "  it keeps state of activity.aggregate, whose keys, windows or values are others now\n" +
        "End the old one first: start with --drain, which goes by the pipeline that is in the log. " +
        "Or start with --reset-state=<name>: all that it keeps is lost then. Or give the pipeline another name, and a log of its own",
    );
  });

  test("is asked only by a processor that can run: one that cannot takes nothing from the one that does", async () => {
    const journey = journeyOf();
    const first = journey.start();
    await journey.pass(2);
    const unbound = journey.start(goodNetwork, { outputs: { rows: { table: TABLES.rows } } });
    const broken = journey.start(
      goodNetwork,
      changed((spec) => stepsWith(spec, "activity.filter", { function: { source: "(", reads: [] } })),
    );
    await journey.pass(60);
    expect(unbound.processor.status.problem).toBe(
      "output activity of clicks is bound to nothing: OUTPUTS names no sink",
    );
    expect(broken.processor.status).toMatchObject({
      state: "failed",
      problem: expect.stringMatching(/Unexpected token/),
    });
    expect(first.processor.status).toMatchObject({ state: "running", problem: null });
  });

  test("may have another function: its state means the same", async () => {
    const filter = { function: { source: '(click) => click.name === "play"', reads: ["name"] } };
    const { processor } = await startedOn(changed((spec) => stepsWith(spec, "activity.filter", filter)));
    expect(processor.status).toMatchObject({ state: "running", problem: null });
  });

  test("is given up under a name, once", async () => {
    const windowing = { type: "fixed", size: "120s" };
    const settings = { ...changed((spec) => stepsWith(spec, "activity.window", { windowing })), reset: "replay" };
    const { journey, process, processor } = await startedOn(settings);
    expect(processor.status.state).toBe("running");
    journey.click(0, "ada");
    await journey.pass(5);
    process.kill();
    const again = journey.start(goodNetwork, settings);
    await journey.pass(40);
    await journey.until(again.processor.drain());
    expect(counted(journey)).toBe(1);
  });
});

describe("the source", () => {
  test("that may not be read is asked again, calmly, and the status says so until it lasts", async () => {
    const journey = journeyOf();
    journey.subscription.denied = "7 PERMISSION_DENIED: no right to consume";
    const { processor } = journey.start();
    await journey.pass(60);
    expect(processor.status.problem).toBe(
      "projects/acme/subscriptions/clicks: 7 PERMISSION_DENIED: no right to consume",
    );
    expect(journey.subscription.opened).toBeLessThan(100);
    journey.subscription.denied = undefined;
    await journey.pass(20);
    expect(processor.status.problem).toBeNull();
    expect(processor.ready).toBe(true);
  });

  test("whose rows may come later than a window waits is warned of", async () => {
    const journey = journeyOf({ lease: 200_000 });
    journey.start();
    await journey.pass(2);
    expect(journey.lines).toContain(
      "WARNING activity.window allows a lateness of 300s: after a crash rows may come two leases late, and are dropped then. Let it allow 400s at least",
    );
  });
});

describe("a destination", () => {
  test("that refuses at first, because grants take time, is asked again, and the status says so", async () => {
    const journey = journeyOf();
    journey.tables.down = true;
    const { processor } = journey.start();
    await journey.pass(30);
    expect(processor.status.problem).toContain("the table is down");
    journey.tables.down = false;
    journey.click(0, "ada");
    await journey.pass(12);
    expect(journey.tables.of(ROWS)).toHaveLength(1);
    expect(processor.status.problem).toBeNull();
  });

  test("whose stream has ended gets a new one, and no row twice", async () => {
    const journey = journeyOf();
    journey.start();
    await journey.pass(2);
    for (let i = 0; i < 30; i += 1) {
      journey.click(0, "ada");
      if (i % 10 === 5) journey.tables.endStreams();
      await journey.pass(1);
    }
    await journey.pass(5);
    expect(new Set(journey.tables.of(ROWS).map((row) => row["id"])).size).toBe(30);
    expect(journey.tables.of(ROWS)).toHaveLength(30);
  });

  test.each([
    ["written", 1],
    ["lost", 2],
  ] as const)("whose stream is gone is for a person to judge: --assume-%s", async (assume, rows) => {
    const journey = journeyOf();
    const first = journey.start();
    await journey.pass(2);
    journey.click(0, "ada");
    await journey.pass(3);
    journey.tables.forgetStreams();
    journey.click(0, "bob");
    await journey.pass(3);
    expect(first.processor.status.problem).toMatch(
      /^output rows: projects\/acme\/.* is gone, and with it the knowledge whether 1 rows were written\. Look into the table, then start with --assume-written or --assume-lost$/,
    );
    first.process.kill();
    journey.start(goodNetwork, { assume });
    await journey.pass(40);
    expect(journey.tables.of(ROWS)).toHaveLength(rows);
  });

  test("that refuses a row gets the others, and the row is an error row", async () => {
    const journey = journeyOf();
    journey.tables.refuses = (row) => (row["user"] === "eve" ? "user does not fit" : undefined);
    const { processor } = journey.start();
    await journey.pass(2);
    for (const user of ["ada", "eve", "bob", "eve"]) journey.click(0, user);
    await journey.pass(5);
    expect(
      journey.tables
        .of(ROWS)
        .map((row) => row["user"] as string)
        .toSorted(),
    ).toEqual(["ada", "bob"]);
    expect(journey.topics.rows.map(({ row }) => [row["step"], row["reason"], row["error"]])).toEqual([
      ["rows", "write", "user does not fit"],
      ["rows", "write", "user does not fit"],
    ]);
    expect(processor.status).toMatchObject({ errors: { write: 2 }, unwritten: 0 });
  });
});

describe("the watermark", () => {
  test("stands for one lease after a start, then closes windows though nothing comes", async () => {
    const journey = journeyOf();
    const { processor } = journey.start();
    await journey.pass(2);
    const start = journey.world.time;
    journey.click(-50, "ada");
    await journey.pass(25);
    expect(processor.status.watermark).toBeNull();
    // The lease is 30 s; the window ends within the next minute, maxDelay is 10 s, silence 5 s.
    await journey.pass(60);
    expect(processor.status.watermark).not.toBeNull();
    expect(Date.parse(processor.status.watermark as string)).toBeGreaterThan(start + 60_000);
    expect(counted(journey)).toBe(1);
  });

  test("is recorded: after a restart nothing is in time that was late before", async () => {
    const journey = journeyOf();
    const first = journey.start();
    await journey.pass(120);
    const before = first.processor.status.watermark;
    await journey.until(first.processor.stop());
    first.process.kill();
    const second = journey.start();
    await journey.pass(3);
    expect(second.processor.status.watermark).toBe(before);
    journey.click(-600, "ada");
    await journey.pass(5);
    expect(second.processor.status).toMatchObject({ late: 1 });
  });

  test("begins anew after a drain", async () => {
    const journey = journeyOf();
    const first = journey.start();
    await journey.pass(120);
    await journey.until(first.processor.drain());
    first.process.kill();
    const second = journey.start();
    await journey.pass(2);
    journey.click(-30, "ada");
    await journey.pass(5);
    expect(second.processor.status).toMatchObject({ late: 0, errors: {} });
    await journey.until(second.processor.drain());
    expect(counted(journey)).toBe(1);
  });

  test("drops what comes too late into the error output, with its message", async () => {
    const journey = journeyOf();
    const { processor } = journey.start();
    await journey.pass(60);
    const id = journey.click(-600, "ada");
    await journey.pass(5);
    expect(processor.status).toMatchObject({ late: 1, errors: { late: 1 } });
    expect(journey.topics.rows).toMatchObject([
      { row: { reason: "late", step: "activity.aggregate", message_id: id } },
    ]);
  });
});

test("how it goes is told once a minute, without a word of any event", async () => {
  const journey = journeyOf();
  journey.start();
  await journey.pass(2);
  journey.click(0, "a secret user");
  journey.subscription.publish("a secret that is no JSON");
  await journey.pass(130);
  expect(journey.lines.filter((line) => line.includes("messages so far"))).toEqual([
    "INFO clicks: 2 messages so far, 0 rows to write",
    "INFO clicks: 2 messages so far, 0 rows to write",
  ]);
  expect(journey.lines.join()).not.toContain("secret");
  expect(JSON.stringify(journey.payloads)).not.toContain("secret");
});

test("a report has what metrics are made of: ages, what waits, and what is new since the one before", async () => {
  const journey = journeyOf();
  const first = journey.start();
  await journey.pass(2);
  journey.click(0, "ada");
  journey.subscription.publish("no JSON");
  await journey.pass(130);
  const quiet: Partial<ProcessorReport> = {
    kind: "report",
    pipeline: "clicks",
    unwritten: 0,
    unacknowledged: 0,
    newMessages: 0,
    newDuplicates: 0,
    newLate: 0,
    newErrors: 0,
    watermarkAgeSeconds: expect.any(Number) as number,
    openGroups: expect.any(Number) as number,
    messageIds: 2,
    checkpointMilliseconds: expect.any(Number) as number,
    checkpointBytes: expect.any(Number) as number,
    memoryShort: 0,
  };
  expect(journey.payloads).toEqual([
    { kind: "start", pipeline: "clicks", term: expect.any(Number) as number },
    { ...quiet, newMessages: 2, newErrors: 1 },
    quiet,
  ]);
  // What an earlier process counted is nothing new to the next.
  await journey.until(first.processor.stop());
  journey.payloads.length = 0;
  journey.start();
  await journey.pass(70);
  expect(journey.payloads).toMatchObject([
    { kind: "start", pipeline: "clicks" },
    { kind: "report", newMessages: 0, newErrors: 0 },
  ]);
});

test("a message that kills twice alone, after three failed starts, goes to the error output unseen", async () => {
  const journey = journeyOf();
  const ids = Array.from({ length: 5 }, () => journey.click(0, "ada"));
  const killer = journey.click(0, "killer");
  let starts = 0;
  const begin = () => {
    starts += 1;
    const { process, processor } = journey.start();
    process.fate = () => {
      // It dies when it works on the killer: in a batch with the others at first, alone later on.
      if (processor.status.state !== "running") return;
      if (starts <= 3 ? processor.status.messages === 0 : attempted(journey) !== messageName("clicks", killer)) return;
      process.kill();
      journey.world.at(1_000, begin);
    };
  };
  begin();
  await journey.pass(600);
  expect(journey.topics.rows).toMatchObject([
    { row: { reason: "function", message_id: killer, error: expect.stringContaining("ended several times") } },
  ]);
  expect(
    journey.tables
      .of(ROWS)
      .map((row) => row["id"] as string)
      .toSorted(),
  ).toEqual(ids.toSorted());
  expect(starts).toBe(6);
});

/** The message that the last record of the log says is about to be worked on. */
function attempted(journey: Journey): string | undefined {
  const name = journey.bucket.list(ENTRIES).at(-1);
  if (name === undefined) return undefined;
  const { record } = decodeEntry(journey.bucket.objects.get(name) as Uint8Array, positionOf(name) as Position);
  return record && CheckpointMessage.decode(record).attempting;
}
