import type { Server } from "node:http";
import { afterEach, expect, test } from "vitest";
import { fixed, pipeline, schema, string, timestamp, count } from "../../../../pipeline";
import { systemClock } from "../../../../runtime/clock";
import { close, type Controlled, listen } from "../../../../pipeline-images/stream-processor/control";
import type { OutputBindings } from "../../../../pipeline/bindings";
import { portOf } from "../../../../pipeline-images/stream-processor/processor/pull-service";
import { Troubles } from "../../../../pipeline-images/stream-processor/processor/troubles";
import { pushEndpoint } from "../../../../pipeline-images/stream-processor/push/push-endpoint";
import { untraced } from "../../../../pipeline-images/stream-processor/processor/telemetry/tracer";
import { PushPipeline } from "../../../../pipeline-images/stream-processor/push/push-pipeline";
import { SimulatedBigtable, SimulatedDocuments } from "../support/keyed";
import { roomy } from "../support/memory";
import { SimulatedTopics } from "../support/pubsub";
import { goodNetwork, SimulatedProcess, Simulation } from "../support/simulation";
import { SimulatedTables } from "../support/tables";

const Click = schema("click", { user: string(), at: timestamp() });
const clean = pipeline("clean", { clicks: Click.withMetadata() }, ({ clicks }) => ({
  rows: clicks.map({ id: string(), user: string() }, (click) => ({ id: click.message_id, user: click.user })),
  twice: clicks.flatMap({ user: string() }, (click) => [{ user: click.user }, { user: `${click.user}'s other` }]),
}));

const nowhere = () => expect.unreachable("nothing goes to files");
const servers: Server[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => close(server, systemClock, 1_000))));

const TABLE = "projects/acme/datasets/games/tables/rows";

/** A service that is pushed to, and a world whose answers come when it is told. */
async function service(
  more: { audience?: string; pusher?: string; maxBodyBytes?: number; twice?: OutputBindings[string] } = {},
) {
  const world = new Simulation(3);
  const process = new SimulatedProcess(world);
  const tables = new SimulatedTables();
  const topics = new SimulatedTopics();
  const outputs: OutputBindings = {
    rows: { table: "acme.games.rows" },
    twice: more.twice ?? { topic: "projects/acme/topics/twice" },
  };
  let appends = 0;
  const client = tables.reachedBy(process, goodNetwork);
  const running = new PushPipeline({
    bound: {
      spec: clean.toJSON(),
      subscriptions: { clicks: "projects/acme/subscriptions/s" },
      sides: {},
      outputs,
      errors: "projects/acme/topics/dead",
    },
    clock: process.clock,
    clients: {
      tables: {
        ...client,
        append(request) {
          appends += 1;
          // The first append to a default stream finds it there.
          tables.open(request.stream);
          return client.append(request);
        },
      },
      maker: tables.madeBy(process, goodNetwork),
      topics: topics.reachedBy(process, goodNetwork),
      bigtable: new SimulatedBigtable().reachedBy(process, goodNetwork),
      documents: new SimulatedDocuments().reachedBy(process, goodNetwork),
      files: nowhere,
    },
    troubles: new Troubles(() => {}),
    memory: roomy,
    tracer: untraced,
  });
  const endpoint = pushEndpoint({
    pipeline: running,
    clock: systemClock,
    maxBodyBytes: 10_000,
    audience: undefined,
    pusher: undefined,
    ...more,
  });
  const controlled: Controlled = {
    get state() {
      return running.told;
    },
    ready: true,
    get distributions() {
      return running.histograms.distributions;
    },
  };
  const server = await listen(0, controlled, endpoint);
  servers.push(server);
  const url = `http://127.0.0.1:${portOf(server)}/`;
  const push = (id: string, data: unknown, headers: { [name: string]: string } = {}) => {
    const text = typeof data === "string" ? data : JSON.stringify(data);
    const message = {
      messageId: id,
      data: Buffer.from(text).toString("base64"),
      publishTime: "2024-01-31T12:00:00.5Z",
      attributes: { from: "test" },
    };
    return fetch(url, {
      method: "POST",
      headers,
      body: JSON.stringify({ message, subscription: "projects/acme/subscriptions/s" }),
    });
  };
  /** So many messages have arrived at the pipeline. */
  const arrived = async (messages: number): Promise<void> => {
    while (running.open < messages) await new Promise((resolve) => void setImmediate(resolve));
  };
  return { world, tables, topics, push, url, running, arrived, appends: () => appends };
}

const click = (user: string) => ({ user, at: "2024-01-31T12:00:00Z" });

test("a message is acknowledged only when every row of it is confirmed", async () => {
  const { world, tables, topics, push, arrived } = await service();
  let answered = 0;
  const pushed = push("7", click("ada")).finally(() => (answered += 1));
  await arrived(1);
  expect(tables.of(TABLE)).toEqual([]);
  expect(answered).toBe(0);
  await world.run();
  expect((await pushed).status).toBe(204);
  expect(tables.of(TABLE)).toEqual([{ id: "7", user: "ada" }]);
  expect(topics.published.map(({ row, attributes }) => [row["user"], attributes["row_id"]])).toEqual([
    ["ada", "7-twice-0"],
    ["ada's other", "7-twice-1"],
  ]);
});

test("rows of a topic have the key and the attributes of their binding, and one that Pub/Sub would refuse is an error row", async () => {
  const twice = { topic: "projects/acme/topics/twice", orderingKey: "user", attributes: ["user"] };
  const { world, topics, push, arrived } = await service({ twice });
  const pushed = [push("1", click("ada")), push("2", click("x".repeat(1_020)))];
  await arrived(2);
  await world.run();
  for (const one of pushed) expect((await one).status).toBe(204);
  const [refused, ...others] = topics.published.toSorted((a, b) =>
    (a.orderingKey ?? "").localeCompare(b.orderingKey ?? ""),
  );
  expect(refused).toMatchObject({
    row: { step: "twice", error: "user is 1028 bytes: an ordering key has 1024 at most" },
    attributes: { reason: "write" },
  });
  expect(others).toMatchObject([
    { orderingKey: "ada", attributes: { user: "ada", row_id: "1-twice-0" } },
    { orderingKey: "ada's other", attributes: { user: "ada's other", row_id: "1-twice-1" } },
    { orderingKey: "x".repeat(1_020), attributes: { row_id: "2-twice-0" } },
  ]);
});

test("messages that come while rows are underway share one append", async () => {
  const { world, push, arrived, appends, tables } = await service();
  const all = Array.from({ length: 40 }, (_, i) => push(String(i), click(`user-${i}`)));
  await arrived(40);
  await world.run();
  expect((await Promise.all(all)).map(({ status }) => status)).toEqual(all.map(() => 204));
  expect(tables.of(TABLE)).toHaveLength(40);
  expect(appends()).toBeLessThanOrEqual(4);
});

test("where a sink does not take the rows, the message is to come again", async () => {
  const { world, tables, push, arrived } = await service();
  tables.down = true;
  const pushed = push("1", click("ada"));
  await arrived(1);
  await world.run();
  const answer = await pushed;
  expect(answer.status).toBe(503);
  expect(await answer.json()).toEqual({ error: "14 UNAVAILABLE: the table is down" });
});

test("a message that is no event is acknowledged, and is an error row with its attributes", async () => {
  const { world, topics, push, arrived, running } = await service();
  const pushed = push("5", '{"user":5}');
  await arrived(1);
  await world.run();
  expect((await pushed).status).toBe(204);
  expect(topics.published).toMatchObject([
    {
      row: {
        reason: "parse",
        message_id: "5",
        raw_data: Buffer.from('{"user":5}').toString("base64"),
        attributes: { from: "test" },
      },
      attributes: { pipeline: "clean", step: "clicks", reason: "parse", message_id: "5", row_id: "5-#errors-0" },
    },
  ]);
  expect(running.status).toMatchObject({ messages: 1, errors: { parse: 1 } });
});

test("a row that the table refuses is an error row, and the others of its append are written", async () => {
  const { world, tables, topics, push, arrived } = await service();
  tables.refuses = (row) => (row["user"] === "bad" ? "user does not fit" : undefined);
  const pushed = ["good", "bad", "fine"].map((user, i) => push(String(i), click(user)));
  await arrived(3);
  await world.run();
  for (const one of pushed) expect((await one).status).toBe(204);
  expect(
    tables
      .of(TABLE)
      .map((row) => row["user"] as string)
      .toSorted(),
  ).toEqual(["fine", "good"]);
  const refused = topics.published.filter(({ attributes }) => attributes["reason"] === "write");
  expect(refused).toMatchObject([{ row: { step: "rows", error: "user does not fit", row: { id: "1", user: "bad" } } }]);
});

const token = (claims: object) => `Bearer head.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.`;

test.each([
  [undefined, 403, "there is no identity token in its Authorization header"],
  ["Bearer nonsense", 403, "there is no identity token in its Authorization header"],
  [token({ aud: "https://other", email: "pusher@acme" }), 403, "its token is for https://other, not for https://clean"],
  [token({ aud: "https://clean", email: "thief@acme" }), 403, "its token is of thief@acme, not of pusher@acme"],
  [token({ aud: "https://clean" }), 403, "its token is of nobody, not of pusher@acme"],
  [token({ aud: "https://clean", email: "pusher@acme" }), 204, undefined],
])("who pushes is told by the token: %s gives %i", async (authorization, status, error) => {
  const { world, push, arrived } = await service({ audience: "https://clean", pusher: "pusher@acme" });
  const pushed = push("1", click("ada"), authorization === undefined ? {} : { authorization });
  if (status === 204) {
    await arrived(1);
    await world.run();
  }
  const answer = await pushed;
  expect(answer.status).toBe(status);
  if (error !== undefined) expect(await answer.json()).toEqual({ error });
});

const told = async (answer: Response) => [answer.status, ((await answer.json()) as { error: string }).error];

test("a body that is too long, or none of Pub/Sub's, is refused with a sentence", async () => {
  const { url, push } = await service();
  expect(await told(await push("1", click("x".repeat(20_000))))).toEqual([413, "the body has more than 10000 bytes"]);
  const post = (body: string) => fetch(url, { method: "POST", body });
  expect(await told(await post("{"))).toEqual([400, "the body is not JSON"]);
  expect(await told(await post('{"message":{}}'))).toEqual([
    400,
    'the body is no pushed message: it has no "message" with a "messageId"',
  ]);
  expect(await told(await fetch(url, { method: "PUT" }))).toEqual([405, "messages are pushed by POST"]);
});

test("a pipeline with windows is refused: a push service keeps nothing between messages", () => {
  const windowed = pipeline("windowed", { clicks: Click }, ({ clicks }) => ({
    out: clicks.eventTime("at", { maxDelay: "1s" }).window(fixed("1m")).aggregate({ n: count() }),
  }));
  const process = new SimulatedProcess(new Simulation(1));
  const made = () =>
    new PushPipeline({
      bound: {
        spec: windowed.toJSON(),
        subscriptions: { clicks: "s" },
        sides: {},
        outputs: { out: { table: "a.b.c" } },
        errors: "t",
      },
      clock: process.clock,
      clients: {
        tables: new SimulatedTables().reachedBy(process, goodNetwork),
        maker: new SimulatedTables().madeBy(process, goodNetwork),
        topics: new SimulatedTopics().reachedBy(process, goodNetwork),
        bigtable: new SimulatedBigtable().reachedBy(process, goodNetwork),
        documents: new SimulatedDocuments().reachedBy(process, goodNetwork),
        files: nowhere,
      },
      troubles: new Troubles(() => {}),
      memory: roomy,
      tracer: untraced,
    });
  expect(made).toThrow(
    "windowed keeps state, which a push service cannot: let a worker pool run it, Runner.workerPool()",
  );
});

test("a table by upsert keeps the row of the message that was published later, in whatever order they come", async () => {
  const table = "acme.games.last";
  const { world, tables, push, arrived } = await service({ twice: { table, write: "upsert" } });
  // Of no columns: one row for all.
  tables.keys.set("projects/acme/datasets/games/tables/last", []);
  for (const [id, user] of [
    ["9", "ada"],
    ["10", "bob"],
    ["8", "eve"],
    ["9", "ada"],
  ] as const) {
    const pushed = push(id, click(user));
    await arrived(1);
    await world.run();
    expect((await pushed).status).toBe(204);
  }
  expect(tables.of("projects/acme/datasets/games/tables/last")).toEqual([{ user: "bob's other" }]);
});

test("a table for each value of a field is made for the first row that comes up, and again where it was taken away", async () => {
  const { world, tables, topics, push, arrived } = await service({ twice: { tables: "acme.games.of_{user}" } });
  tables.mustBeMade = (table) => table.includes("of_");
  const pushed = async (id: string, user: string): Promise<number> => {
    const answer = push(id, click(user));
    await arrived(1);
    await world.run();
    return (await answer).status;
  };
  expect(await pushed("1", "ada")).toBe(204);
  const of = (user: string) => tables.of(`projects/acme/datasets/games/tables/of_${user}`);
  expect(of("ada")).toEqual([{ user: "ada" }]);
  // The other row of the message is of no table.
  expect(topics.rows.map(({ row }) => row["error"])).toEqual([
    `user is ada's other: in a table's name there are letters, digits, _ and -, at most 200`,
  ]);
  tables.unmake("projects/acme/datasets/games/tables/of_ada");
  expect(await pushed("2", "ada")).toBe(503);
  expect(await pushed("2", "ada")).toBe(204);
  expect(of("ada")).toEqual([{ user: "ada" }]);
});
