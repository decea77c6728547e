import { describe, expect, test } from "vitest";
import type { Answer } from "../../../cli/simulate/endpoint";
import { Simulation, type SimulationProps } from "../../../cli/simulate/simulation";
import { HandClock } from "../../local/support/host";

/** Lets what has been settled go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function simulation(props: Partial<SimulationProps> = {}) {
  const clock = new HandClock();
  const began = clock.now();
  const posts: { readonly at: number; readonly body: string }[] = [];
  const answers: Answer[] = [];
  const simulation = new Simulation({
    bodies: ["a", "b", "c", "d", "e", "f"],
    count: Infinity,
    rate: Infinity,
    clock,
    post: (body) => {
      posts.push({ at: clock.now() - began, body });
      return Promise.resolve(answers.shift() ?? { kind: "accepted", messageId: `id of ${body}` });
    },
    ...props,
  });
  return { clock, posts, answers, simulation };
}

describe("the rate", () => {
  test("is even: one event every two seconds", async () => {
    const { clock, posts, simulation: running } = simulation({ rate: 0.5, count: 4 });
    const done = running.run();
    for (let i = 0; i < 8; i++) {
      await settle();
      clock.advance(1000);
    }
    await done;
    expect(posts.map(({ at }) => at)).toEqual([0, 2000, 4000, 6000]);
  });

  test("is caught up after a pause, not lowered by it", async () => {
    const { clock, posts, simulation: running } = simulation({ rate: 1, count: 4 });
    const done = running.run();
    clock.advance(2500);
    await settle();
    expect(posts.map(({ body }) => body)).toEqual(["a", "b", "c"]);
    clock.advance(500);
    await done;
    expect(posts).toHaveLength(4);
  });
});

describe("an event", () => {
  test("that is taken is kept by its message id", async () => {
    const { simulation: running } = simulation({ count: 2 });
    await running.run();
    expect([running.sent, running.accepted]).toEqual([2, ["id of a", "id of b"]]);
  });

  test("that was not taken now is sent again when the proxy said", async () => {
    const { clock, posts, answers, simulation: running } = simulation({ count: 1 });
    answers.push({ kind: "later", status: 429, reason: "too many", wait: 3000 });
    const done = running.run();
    await settle();
    clock.advance(2999);
    await settle();
    expect(posts).toHaveLength(1);
    clock.advance(1);
    await done;
    expect([running.accepted, running.retries, running.refusedCount]).toEqual([["id of a"], 1, 0]);
  });

  test("that is refused is counted by its status with the first reason, and not sent again", async () => {
    const { answers, posts, simulation: running } = simulation({ count: 3 });
    answers.push({ kind: "refused", status: 400, reason: "empty" }, { kind: "refused", status: 400, reason: "other" });
    await running.run();
    expect([...running.refused]).toEqual([[400, { count: 2, reason: "empty" }]]);
    expect([running.accepted, posts.length]).toEqual([["id of c"], 3]);
  });

  test("is given up after ten tries", async () => {
    const { clock, simulation: running } = simulation({
      count: 1,
      post: () => Promise.resolve({ kind: "later", status: 0, reason: "connect ECONNREFUSED", wait: 1000 }),
    });
    const done = running.run();
    for (let i = 0; i < 9; i++) {
      await settle();
      clock.advance(1000);
    }
    await done;
    expect([...running.refused]).toEqual([[0, { count: 1, reason: "connect ECONNREFUSED" }]]);
  });
});

test("at most 64 requests are open, however fast it is to be", async () => {
  const waiting: ((answer: Answer) => void)[] = [];
  const { simulation: running } = simulation({
    bodies: Array.from({ length: 100 }, String),
    post: () => new Promise((resolve) => waiting.push(resolve)),
  });
  const done = running.run();
  await settle();
  expect(waiting).toHaveLength(64);
  waiting[0]?.({ kind: "accepted", messageId: "1" });
  await settle();
  expect(waiting).toHaveLength(65);
  for (let i = 1; i < 100; i++) {
    waiting[i]?.({ kind: "accepted", messageId: "1" });
    await settle();
  }
  await done;
  expect(running.accepted).toHaveLength(100);
});

test("stopped, it ends at once with what is open", async () => {
  const { posts, simulation: running } = simulation({ rate: 0.001 });
  const done = running.run();
  await settle();
  running.stop();
  await done;
  expect([posts.length, running.accepted.length]).toEqual([1, 1]);
});
