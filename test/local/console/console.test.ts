import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startConsole, type RunningConsole } from "../../../local/console/console";
import type {
  DeadLettersMessage,
  JourneyMessage,
  LogMessage,
  RowsMessage,
  TickMessage,
} from "../../../local/console/protocol";
import { HandClock } from "../support/host";
import * as fake from "./fake-view";

const open: (() => Promise<unknown>)[] = [];
let clock: HandClock;
beforeEach(() => {
  clock = new HandClock();
});
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

/** @param port 0 for any that is free */
async function running(view = fake.fakeView(), port: number | undefined = 0): Promise<RunningConsole> {
  const started = await startConsole({ source: view.source, clock, port });
  open.push(() => started.stop());
  return started;
}

/** Events of the page's stream, one by one. */
async function* eventsOf(url: string): AsyncGenerator<readonly [name: string, data: unknown], void> {
  const abort = new AbortController();
  const response = await fetch(`${url}/events`, { signal: abort.signal });
  let rest = "";
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const frames = (rest + Buffer.from(chunk).toString()).split("\n\n");
      rest = frames.pop() ?? "";
      for (const frame of frames) {
        const [, name = "", data = ""] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? [];
        yield [name, JSON.parse(data)] as const;
      }
    }
  } finally {
    abort.abort();
  }
}
async function next<T>(events: AsyncGenerator<readonly [string, unknown], void>, name: string): Promise<T> {
  for (;;) {
    const event = await events.next();
    if (event.done === true) throw new Error(`the stream ended before ${name}`);
    if (event.value[0] === name) return event.value[1] as T;
  }
}

describe("a page that connects", () => {
  test("is told the journey, its state and what was said, in this order", async () => {
    const view = fake.fakeView();
    view.counted = { [fake.topic]: { published: 7 } };
    view.say({ at: 1, entry: { severity: "INFO", source: "proxy", message: "takes events" } });
    const { url } = await running(view);
    const events = eventsOf(url);
    const journey = (await events.next()).value?.[1] as JourneyMessage;
    expect(journey.stack.id).toBe("gaming-events-dev");
    expect(journey.drawing.nodes).toHaveLength(14);
    expect(journey.drawing.edges).toHaveLength(16);
    expect(journey.tables.map(({ label }) => label)).toContain("data_journey.clicks");
    expect(journey.notHere).toEqual([
      {
        address: "google_compute_network.terraform-network",
        reason: "a laptop has no VPC: workloads reach the services directly",
      },
    ]);
    const tick = (await events.next()).value?.[1] as TickMessage;
    expect(tick.totals.events).toBe(7);
    expect(tick.figures[fake.topic]).toEqual([{ label: "published", text: "7" }]);
    expect((await events.next()).value?.[1]).toEqual([
      { at: 1, severity: "INFO", source: "proxy", message: "takes events" },
    ]);
    await events.return();
  });

  test("hears every second what changed, and what is said at once", async () => {
    const view = fake.fakeView();
    const { url } = await running(view);
    const events = eventsOf(url);
    await next(events, "logs");
    view.counted = { [fake.topic]: { published: 9 } };
    clock.advance(1000);
    expect((await next<TickMessage>(events, "tick")).totals.events).toBe(9);
    view.say({ at: 2, entry: { severity: "ERROR", source: "proxy", message: "gone" } });
    expect(await next<LogMessage[]>(events, "logs")).toMatchObject([{ severity: "ERROR", message: "gone" }]);
    await events.return();
  });
});

const message = (id: string, data: object | string, attributes: { [name: string]: string }) => ({
  messageId: id,
  publishTime: Number(id),
  data: Buffer.from(typeof data === "string" ? data : JSON.stringify(data)),
  attributes,
  orderingKey: "",
  attempts: 0,
  leased: false,
});

describe("dead letters", () => {
  test("are shown newest first: who set them aside, why, and what it was", async () => {
    const view = fake.fakeView();
    view.kept.push(
      message(
        "1",
        { error: "not JSON", raw_data: Buffer.from('{"a').toString("base64"), row: null, attributes: { from: "web" } },
        { pipeline: "clean-clicks", step: "clicks", reason: "parse", message_id: "41" },
      ),
      message(
        "2",
        { error: "no such user", raw_data: null, row: { user: "x" } },
        { pipeline: "count", reason: "function" },
      ),
      message("3", "<b>", {
        country: "DE",
        CloudPubSubDeadLetterSourceSubscription: "to-table",
        CloudPubSubDeadLetterSourceDeliveryCount: "5",
        CloudPubSubDeadLetterSourceDeliveryErrorMessage: "no column a",
      }),
    );
    const { url } = await running(view);
    const letters = (await (await fetch(`${url}/dead-letters`)).json()) as DeadLettersMessage;
    expect(letters.map(({ by, payload, reason }) => [by, reason, payload])).toEqual([
      ["to-table", "not delivered in 5 attempts: no column a", "<b>"],
      ["count", "function: no such user", '{"user":"x"}'],
      ["clean-clicks, clicks", "parse: not JSON", '{"a'],
    ]);
    expect(letters[0]?.attributes["country"]).toBe("DE");
    expect(letters[2]?.attributes).toEqual({ from: "web" });
  });

  test("that hold something else than an error row are shown as they are", async () => {
    const view = fake.fakeView();
    view.kept.push(message("1", "no JSON", { pipeline: "p" }));
    const { url } = await running(view);
    expect(await (await fetch(`${url}/dead-letters`)).json()).toMatchObject([{ payload: "no JSON", by: "p" }]);
  });
});

async function bigquery(answer: object): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      asked.push((JSON.parse(Buffer.concat(chunks).toString()) as { query: string }).query);
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

describe("rows", () => {
  test("of a table are asked for newest first, and shown as text", async () => {
    const { asked, url: door } = await bigquery({
      schema: {
        fields: [
          { name: "data", type: "STRING" },
          { name: "publish_time", type: "TIMESTAMP" },
          { name: "device", type: "RECORD" },
        ],
      },
      rows: [{ f: [{ v: "x".repeat(600) }, { v: "1.7150000005E9" }, { v: { f: [{ v: null }] } }] }],
    });
    const { url } = await running(fake.fakeView(door));
    const answer = await fetch(`${url}/rows?table=${fake.rawTable}`);
    const { columns, rows } = (await answer.json()) as RowsMessage;
    expect(columns).toEqual(["data", "publish_time", "device"]);
    expect(rows[0]?.[0]).toBe(`${"x".repeat(500)}…`);
    expect(rows[0]?.slice(1)).toEqual(["2024-05-06 12:53:20.500", '{"f":[{"v":null}]}']);
    expect(asked).toEqual([
      "SELECT * FROM `acme-dev.data_journey.pubsub_direct` ORDER BY `publish_time` DESC LIMIT 200",
    ]);
  });

  test("of what is no table of the stack are not asked for", async () => {
    const { asked, url: door } = await bigquery({});
    const { url } = await running(fake.fakeView(door));
    const answer = await fetch(`${url}/rows?table=${encodeURIComponent("x`; DROP TABLE y")}`);
    expect([answer.status, asked]).toEqual([404, []]);
  });

  test("that BigQuery refuses are an error with its reason", async () => {
    const { url: door } = await bigquery({ error: { message: "Not found: Table" } });
    const { url } = await running(fake.fakeView(door));
    const answer = await fetch(`${url}/rows?table=${fake.rawTable}`);
    expect([answer.status, await answer.json()]).toMatchObject([500, { error: { message: "Not found: Table" } }]);
  });
});

describe("the server", () => {
  test("answers this machine's names only: another name that points here is refused", async () => {
    const { url } = await running();
    const status = await new Promise((resolve, reject) => {
      const headers = { host: "evil.example" };
      httpRequest({ port: new URL(url).port, path: "/events", headers }, (response) => {
        response.destroy();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
    expect(status).toBe(403);
  });

  test("lets its page load nothing from elsewhere, run nothing inline, and stand in nobody's frame", async () => {
    const { url } = await running();
    const policy = (await fetch(url)).headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    const html = await (await fetch(url)).text();
    expect(html).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
  });

  test("bundles the page's program, and serves nothing else", async () => {
    const { url } = await running();
    const program = await fetch(`${url}/page.js`);
    expect([program.status, program.headers.get("content-type")]).toEqual([200, "text/javascript; charset=utf-8"]);
    expect((await program.text()).length).toBeGreaterThan(5_000);
    expect((await fetch(`${url}/../package.json`)).status).toBe(404);
    expect((await fetch(`${url}/constructor`)).status).toBe(404);
    expect((await fetch(url, { method: "POST" })).status).toBe(501);
  });

  test("takes the next port when its own is taken, and says so when it was asked for that one", async () => {
    const started = await Promise.all([1, 2].map(() => startConsole({ source: fake.fakeView().source, clock })));
    for (const one of started) open.push(() => one.stop());
    const [first, second] = started as [RunningConsole, RunningConsole];
    expect(second.url).not.toBe(first.url);
    const taken = Number(new URL(first.url).port);
    await expect(running(fake.fakeView(), taken)).rejects.toThrow(`port ${taken} is taken`);
  });
});
