import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { drain, type DrainProps } from "../../../cli/local/drain";
import { journeyOf } from "../../../local/console/journey";
import { takeSnapshot } from "../../../local/console/snapshot";
import { HandClock } from "../../local/support/host";
import * as fake from "../../local/console/fake-view";

/** A stream processor, as far as its endpoints go. */
let draining: ((status: number, text: string) => void) | undefined;
let unwritten: number;
const processor = createServer((request, response) => {
  if (request.method === "POST" && request.url === "/drain") {
    draining = (status, text) => response.writeHead(status).end(text);
    return;
  }
  const status = { pipeline: "user-activity", mode: "pull", state: "running", watermark: null, messages: 0 };
  response.end(JSON.stringify({ ...status, rows: {}, errors: {}, unwritten, problem: null }));
});
beforeAll(() => new Promise<void>((resolve) => processor.listen(0, "127.0.0.1", resolve)));
afterAll(() => {
  processor.closeAllConnections();
  return new Promise((resolve) => processor.close(resolve));
});
beforeEach(() => {
  draining = undefined;
  unwritten = 0;
});

function running(simulation?: DrainProps["simulation"]) {
  const view = fake.fakeView();
  const controlUrl = `http://127.0.0.1:${(processor.address() as AddressInfo).port}`;
  const instance = { state: "running" as const, pid: 1, restarts: 0, lastExit: undefined, controlUrl, lines: [] };
  view.running = [
    {
      address: fake.pool,
      name: "user-activity",
      kind: "worker-pool",
      identity: "",
      folder: "",
      url: undefined,
      instances: [instance],
    },
  ];
  const clock = new HandClock();
  const journey = journeyOf(view.graph);
  const interrupt = new AbortController();
  const ended = drain({
    view,
    journey,
    simulation,
    clock,
    snapshot: () => takeSnapshot(view, journey, () => clock.now()),
    signal: interrupt.signal,
  });
  return { view, clock, ended, interrupt };
}

/** Moves time on, look by look, until something is so. */
async function until(clock: HandClock, step: number, so: () => boolean): Promise<void> {
  while (!so()) {
    await new Promise((resolve) => setImmediate(resolve));
    if (clock.waiting > 0) clock.advance(step);
  }
}

const owe = (unacknowledged: number) => ({ [fake.pullSubscription]: { unacknowledged } });

describe("a journey is drained", () => {
  test("when its last message is acknowledged: then, and not before, the windows are closed", async () => {
    const { clock, ended, view } = running();
    view.counted = owe(3);
    let looks = 0;
    await until(clock, 200, () => looks++ > 50);
    expect(draining).toBeUndefined();
    view.counted = owe(0);
    await until(clock, 200, () => draining !== undefined);
    draining?.(200, "");
    let end: unknown;
    void ended.then((value) => (end = value));
    await until(clock, 200, () => end !== undefined);
    expect(end).toEqual({ unwritten: 0 });
  });

  test("and what does not drain is said in its own words", async () => {
    const { clock, ended } = running();
    await until(clock, 200, () => draining !== undefined);
    draining?.(409, "the log has another owner");
    let end: unknown;
    void ended.then((value) => (end = value));
    await until(clock, 200, () => end !== undefined);
    expect(end).toEqual({ unwritten: 0, stuck: "user-activity does not drain: 409 the log has another owner" });
  });
});

test("a journey that does not get on ends with the reason and what is not written", async () => {
  const { clock, ended, view } = running();
  view.counted = owe(3);
  unwritten = 8;
  let end: unknown;
  void ended.then((value) => (end = value));
  await until(clock, 20_000, () => end !== undefined);
  expect(end).toEqual({
    unwritten: 8,
    stuck: "3 messages of dj_subscription_dataflow are not acknowledged, and nothing moves",
  });
});

describe("while clicks are sent", () => {
  test("a pause between two clicks is no standstill", async () => {
    let last: (() => void) | undefined;
    const sending = { run: () => new Promise<void>((resolve) => (last = resolve)), stop: () => undefined, waiting: 0 };
    const { clock, ended, view } = running(sending);
    view.counted = owe(0);
    let looks = 0;
    await until(clock, 20_000, () => looks++ > 20);
    last?.();
    await until(clock, 200, () => draining !== undefined);
    draining?.(200, "");
    let end: unknown;
    void ended.then((value) => (end = value));
    await until(clock, 200, () => end !== undefined);
    expect(end).toEqual({ unwritten: 0 });
  });

  test("clicks that nobody takes are one, and the rest is not sent", async () => {
    let stopped = false;
    const refused = { run: () => new Promise<void>(() => undefined), stop: () => void (stopped = true), waiting: 64 };
    const { clock, ended, view } = running(refused);
    view.denied = [
      { member: "serviceAccount:proxy@acme-dev", permission: "pubsub.topics.publish", resource: "topics/t", roles: [] },
    ];
    let end: unknown;
    void ended.then((value) => (end = value));
    await until(clock, 2_000, () => end !== undefined);
    expect(stopped).toBe(true);
    expect(end).toEqual({
      unwritten: 0,
      stuck: "serviceAccount:proxy@acme-dev lacks pubsub.topics.publish on topics/t. Nothing in the stack grants it.",
    });
  });
});

test("Ctrl-C ends the waiting", async () => {
  const { clock, ended, interrupt, view } = running();
  view.counted = owe(3);
  let reason: unknown;
  ended.catch((error: unknown) => (reason = error));
  interrupt.abort(new Error("Interrupted."));
  await until(clock, 200, () => reason !== undefined);
  expect(reason).toEqual(new Error("Interrupted."));
});
