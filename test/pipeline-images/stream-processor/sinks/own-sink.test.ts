/** A sink that somebody adds: what it gets for its one module, with owners that are killed and rows that are refused. */
import * as fc from "fast-check";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { integer, string } from "../../../../pipeline";
import { readOutputBinding } from "../../../../pipeline/bindings";
import { systemClock } from "../../../../runtime/clock";
import { RecordedOutput } from "../../../../pipeline-images/stream-processor/checkpoint/recorded-output";
import { sinkKind, sinkName } from "../../../../pipeline-images/stream-processor/sinks/kinds";
import { ownSinks } from "../../../../pipeline-images/stream-processor/sinks/own-sinks";
import { keyedRows } from "../support/keyed-rows";
import { endpointSink } from "./endpoint-sink";

interface Posted {
  readonly id: string;
  readonly row: { readonly user: string; readonly n: number };
}

/** An endpoint that keeps each id once, refuses users called "bad", and fails when it is told, before or after it has kept. */
class Endpoint {
  readonly kept = new Map<string, Posted["row"]>();
  fails: () => "before" | "after" | undefined = () => undefined;
  url = "";
  private readonly server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => void chunks.push(chunk));
    request.on("end", () => {
      const posted = JSON.parse(Buffer.concat(chunks).toString()) as Posted[];
      const fails = this.fails();
      const refused = posted.flatMap(({ row }, place) => (row.user === "bad" ? [[place, "no such user"]] : []));
      if (fails !== "before") {
        for (const { id, row } of posted) if (row.user !== "bad") this.kept.set(id, this.kept.get(id) ?? row);
      }
      response.writeHead(fails === undefined ? 200 : 503).end(JSON.stringify({ refused }));
    });
  });

  async open(): Promise<void> {
    await once(this.server.listen(0, "127.0.0.1"), "listening");
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/rows`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

const endpoint = new Endpoint();
beforeAll(async () => {
  ownSinks.set("endpoint", endpointSink);
  await endpoint.open();
});
afterAll(() => endpoint.close());

/** Pauses take no time. */
const clock = {
  ...systemClock,
  after(_: number, task: () => void) {
    const waiting = setImmediate(task);
    return () => clearImmediate(waiting);
  },
};
const columns = { user: string(), n: integer() };
const scene = () => keyedRows({}, { sink: "endpoint", options: { url: endpoint.url } }, columns, clock);

test("a binding names it and tells it what it wants", () => {
  const problems: string[] = [];
  const text = '{ "sink": "endpoint", "options": { "url": "http://localhost/" } }';
  const binding = readOutputBinding("OUTPUT", text, (problem) => void problems.push(problem));
  expect(problems).toEqual([]);
  expect(binding && sinkKind(binding)).toBe(endpointSink);
  expect(binding && sinkName(binding)).toBe("http://localhost/");
  expect(() => sinkName({ sink: "endpoint", options: {} })).toThrow("an endpoint has no url");
  expect(() => sinkName({ sink: "carrier-pigeon", options: {} })).toThrow(
    'no sink takes rows for {"sink":"carrier-pigeon","options":{}}',
  );
});

const outages = fc.array(fc.constantFrom("before" as const, "after" as const, undefined), { maxLength: 20 });
const lives = fc.array(fc.record({ rows: fc.integer({ min: 0, max: 200 }), killed: fc.boolean(), turns: fc.nat(30) }), {
  minLength: 1,
  maxLength: 6,
});

test("whoever is killed when, and whatever fails: each row is there once, and each that is refused is an error row once", async () => {
  await fc.assert(
    fc.asyncProperty(lives, outages, async (all, failures) => {
      endpoint.kept.clear();
      const left = [...failures];
      endpoint.fails = () => left.shift();
      const { owner, refused } = scene();
      let recorded = new RecordedOutput("out");
      let n = 0;
      const good: number[] = [];
      const errors = new Set<number>();
      for (const { rows, killed, turns } of [...all, { rows: 1, killed: false, turns: 0 }]) {
        const one = owner(recorded);
        for (let i = 0; i < rows; i += 1) {
          n += 1;
          const isGood = n % 7 !== 0;
          one.take({ user: isGood ? "ada" : "bad", n });
          if (isGood) good.push(n);
        }
        one.record();
        if (killed) {
          for (let i = 0; i < turns; i += 1) await new Promise((resolve) => void setImmediate(resolve));
          one.kill();
        } else await one.written();
        // What a killed owner was about to record of refusals is lost with it, and its successor is told again.
        for (const [row] of refused.splice(0)) if (!killed) errors.add((row as Posted["row"]).n);
        recorded = RecordedOutput.decode(one.recorded.encode());
      }
      expect([...endpoint.kept.values()].map((row) => row.n).toSorted((a, b) => a - b)).toEqual(good);
      expect([...errors].toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: Math.floor(n / 7) }, (_, i) => (i + 1) * 7),
      );
      expect(recorded.requests.every(({ rows, refused: none }) => rows === none.length)).toBe(true);
    }),
    { numRuns: 15 },
  );
}, 60_000);

test("without a log, a message that comes again posts its rows under the same ids", async () => {
  endpoint.kept.clear();
  endpoint.fails = () => "after";
  const { pushed, refused } = scene();
  const rows = [
    { user: "ada", n: 1 },
    { user: "bad", n: 2 },
    { user: "bob", n: 3 },
  ];
  await expect(pushed(0, ...rows)).rejects.toThrow("answers 503");
  endpoint.fails = () => undefined;
  expect(await pushed(0, ...rows)).toBe(2);
  expect([...endpoint.kept.values()].map(({ user }) => user)).toEqual(["ada", "bob"]);
  expect(refused).toEqual([[{ user: "bad", n: 2 }, "no such user"]]);
});
