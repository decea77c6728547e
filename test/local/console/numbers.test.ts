import { describe, expect, test } from "vitest";
import { figuresOf, type NodeState } from "../../../local/console/figures";
import { flowsOf } from "../../../local/console/flow";
import { journeyOf } from "../../../local/console/journey";
import { Rates } from "../../../local/console/page/rates";
import { totalsOf } from "../../../local/console/snapshot";
import { bytes, count, duration, perSecond } from "../../../local/console/words";
import type { NodeKind } from "../../../local/graph";
import type { ProcessorStatus } from "../../../pipeline-images/stream-processor/contract";
import * as fake from "./fake-view";

const status = (changes: Partial<ProcessorStatus>): ProcessorStatus => ({
  pipeline: "user-activity",
  mode: "pull",
  state: "running",
  watermark: null,
  messages: 0,
  duplicates: 0,
  late: 0,
  errors: {},
  rows: {},
  unwritten: 0,
  unacknowledged: 0,
  problem: null,
  ...changes,
});

describe("a journey's parts", () => {
  test("are told from its graph: the way in, a route for each subscription, where dead letters are kept", () => {
    expect(journeyOf(fake.gamingGraph)).toEqual({
      entrances: [{ service: fake.proxy, topic: fake.topic, public: true }],
      topics: [fake.topic],
      routes: [
        { subscription: fake.rawSubscription, workload: undefined, tables: [fake.rawTable] },
        { subscription: fake.pushSubscription, workload: fake.pusher, tables: [fake.cleanTable] },
        { subscription: fake.pullSubscription, workload: fake.pool, tables: [fake.activityTable] },
      ],
      deadLetters: [{ topic: fake.deadTopic, subscriptions: [fake.deadSubscription] }],
    });
  });

  test("have a way in also where the proxy lacks its grant: what it lacks is said when it is refused", () => {
    const edges = fake.gamingGraph.edges.filter(({ from }) => from !== fake.proxy);
    const journey = journeyOf({ nodes: fake.gamingGraph.nodes, edges });
    expect(journey.entrances).toEqual([{ service: fake.proxy, topic: undefined, public: true }]);
    expect(journey.topics).toEqual([fake.topic]);
  });

  test("without a proxy, begin at the topic that nobody in the stack writes to", () => {
    const { edges, nodes } = fake.gamingGraph;
    const without = {
      nodes: nodes.filter(({ id }) => id !== fake.proxy),
      edges: edges.filter(({ from }) => from !== fake.proxy),
    };
    expect(journeyOf(without)).toMatchObject({ entrances: [], topics: [fake.topic] });
    expect(journeyOf(without).routes).toHaveLength(3);
  });
});

test("totals are of the journey: a dead letter is no event and no backlog", () => {
  const journey = journeyOf(fake.gamingGraph);
  const counters = {
    [fake.topic]: { published: 100 },
    [fake.deadTopic]: { published: 4 },
    [fake.deadSubscription]: { unacknowledged: 4, oldestUnacknowledgedSeconds: 900 },
    [fake.rawSubscription]: { unacknowledged: 2, oldestUnacknowledgedSeconds: 1 },
    [fake.pullSubscription]: { unacknowledged: 5, oldestUnacknowledgedSeconds: 3 },
    [fake.rawTable]: { rows: 98 },
  };
  const statuses = {
    [fake.pool]: status({ watermark: "2024-05-06T12:00:30Z" }),
    other: status({ watermark: "2024-05-06T12:00:10Z" }),
    push: status({ mode: "push" }),
  };
  expect(totalsOf(journey, counters, statuses)).toEqual({
    events: 100,
    backlog: 7,
    oldest: 3,
    watermark: Date.UTC(2024, 4, 6, 12, 0, 10),
    rows: { [fake.rawTable]: 98, [fake.cleanTable]: 0, [fake.activityTable]: 0 },
    deadLetters: 4,
  });
});

test("over each edge went what its end counts; two writers of one are not told apart", () => {
  const counters = {
    [fake.topic]: { published: 100 },
    [fake.rawSubscription]: { acknowledged: 90, deadLettered: 1, filtered: 5 },
    [fake.pullSubscription]: { acknowledged: 80 },
    [fake.activityTable]: { rows: 30 },
  };
  const flows = flowsOf(fake.gamingGraph, counters, { [fake.pool]: status({ errors: { parse: 2, late: 1 } }) });
  const flow = (from: string, to: string) =>
    flows[fake.gamingGraph.edges.findIndex((edge) => edge.from === from && edge.to === to)];
  expect(flow(fake.proxy, fake.topic)).toBe(100);
  expect(flow(fake.topic, fake.rawSubscription)).toBe(95);
  expect(flow(fake.rawSubscription, fake.rawTable)).toBe(90);
  expect(flow(fake.rawSubscription, fake.deadTopic)).toBe(1);
  expect(flow(fake.pullSubscription, fake.pool)).toBe(80);
  expect(flow(fake.pool, fake.activityTable)).toBe(30);
  expect(flow(fake.pool, fake.deadTopic)).toBe(3);
  expect(flow(fake.rawTable, "google_bigquery_table.clicks")).toBeNull();
});

const workload = (state: "running" | "restarting") => ({
  address: "x",
  name: "x",
  kind: "service" as const,
  identity: "",
  folder: "",
  url: undefined,
  instances: [{ state, pid: 1, restarts: 0, lastExit: undefined, controlUrl: undefined, lines: [] }],
});

describe("a node's figures", () => {
  const none: NodeState = { counters: undefined, workload: undefined, status: undefined };
  const figures = (kind: NodeKind, state: Partial<NodeState>) =>
    figuresOf({ id: "x", kind, label: "x" }, { ...none, ...state }).map(
      ({ alarm, label, text }) => `${label} ${text}${alarm ? "!" : ""}`,
    );
  test("tell a backlog by its age, and raise it when it grows old", () => {
    expect(figures("subscription", { counters: { unacknowledged: 0 } })).toEqual(["backlog 0"]);
    const old = { unacknowledged: 7, oldestUnacknowledgedSeconds: 61 };
    expect(figures("subscription", { counters: old })).toEqual(["backlog 7!", "oldest 1m 1s"]);
  });

  test("of a job tell its executions, and raise those that failed; one of Dataflow's runs elsewhere", () => {
    const workload = {
      address: "x",
      name: "x",
      kind: "job" as const,
      identity: "serviceAccount:x",
      folder: "x",
      url: undefined,
      instances: [],
    };
    expect(figures("job", { workload, counters: { executions: 2, failed: 0 } })).toEqual(["executions 2"]);
    expect(figures("job", { workload, counters: { executions: 2, failed: 1 } })).toEqual(["executions 2", "failed 1!"]);
    expect(figures("job", {})).toEqual(["runs in the cloud "]);
  });

  test("raise any dead letter", () => {
    expect(figures("dead-letters", { counters: { published: 0 } })).toEqual(["set aside 0"]);
    expect(figures("dead-letters", { counters: { published: 1 } })).toEqual(["set aside 1!"]);
  });

  test("of a workload say first that it does not run, then its problem, then its work", () => {
    expect(figures("service", { workload: workload("restarting"), counters: { requests: 1 } })).toEqual([
      "process restarting!",
    ]);
    const problem = status({ messages: 5, problem: "no table", state: "failed" });
    expect(figures("worker-pool", { workload: workload("running"), status: problem })).toEqual([
      "messages 5",
      "problem failed!",
    ]);
    expect(figures("worker-pool", { status: status({ messages: 5, unwritten: 2 }) })).toEqual([
      "messages 5",
      "unwritten 2",
    ]);
    expect(figures("service", { workload: workload("running"), counters: { requests: 9 } })).toEqual(["requests 9"]);
  });

  test("of tables and buckets are their content", () => {
    expect(figures("table", { counters: { rows: 12345 } })).toEqual(["rows 12,345"]);
    expect(figures("bucket", { counters: { objects: 3, bytes: 2048 } })).toEqual(["objects 3", "size 2.0 KiB"]);
  });
});

describe("rates", () => {
  test("are over the last five seconds, and 0 after a counter began again", () => {
    const rates = new Rates();
    for (let second = 0; second <= 10; second++) rates.add(second * 1000, [second < 6 ? 0 : (second - 5) * 10, null]);
    expect(rates.perSecond(0)).toBe(10);
    expect(rates.perSecond(1)).toBeUndefined();
    for (let second = 11; second < 14; second++) rates.add(second * 1000, [0, null]);
    expect(rates.perSecond(0)).toBe(0);
  });

  test("are not known from one moment alone", () => {
    const rates = new Rates();
    rates.add(0, [5]);
    expect(rates.perSecond(0)).toBe(0);
  });
});

test("numbers read at a glance", () => {
  expect([count(1234), count(12_345_678)]).toEqual(["1,234", "12.3M"]);
  expect([bytes(17), bytes(3_500_000)]).toEqual(["17 B", "3.3 MiB"]);
  expect([0, 59, 61, 3700, 90_000].map(duration)).toEqual(["0s", "59s", "1m 1s", "1h 1m", "1d 1h"]);
  expect([0, 0.5, 9.96, 1234].map(perSecond)).toEqual(["0/s", "0.50/s", "10.0/s", "1,234/s"]);
});
