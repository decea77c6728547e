/** What a sink that may be told the same rows twice is sent, with a log and without one. */
import { expect, test } from "vitest";
import { RecordedOutput } from "../../../../pipeline-images/stream-processor/checkpoint/recorded-output";
import { Moment } from "../../../../pipeline-images/stream-processor/operators/flow";
import {
  directIdempotent,
  type IdempotentSink,
  IdempotentOutput,
} from "../../../../pipeline-images/stream-processor/sinks/idempotent-output";
import { systemClock } from "../../../../runtime/clock";
import type { LoggedSink } from "../../../../pipeline-images/stream-processor/sinks/sink";
import type { Json } from "../../../../pipeline/spec";
import type { OutputBinding } from "../../../../pipeline/bindings";

/** A sink that keeps what it was sent, and refuses rows whose name begins with "bad". */
function sinkOf() {
  const sent: string[][] = [];
  const failures: Error[] = [];
  const sink: IdempotentSink = {
    mostRows: 3,
    encode: (row, writer) => void writer.raw(Buffer.from(row["name"] as string)),
    unfit: (row) => (row["name"] === "" ? "a name is empty" : undefined),
    send(rows) {
      const names = rows.map((row) => Buffer.from(row).toString());
      sent.push(names);
      const failure = failures.shift();
      if (failure !== undefined) return Promise.reject(failure);
      return Promise.resolve(new Map(names.flatMap((name, i) => (name.startsWith("bad") ? [[i, `${name}!`]] : []))));
    },
    readable: (row) => ({ name: Buffer.from(row).toString() }),
  };
  return { sink, sent, failures };
}

function optionsOf(recorded = new RecordedOutput("out")) {
  const refused: (readonly [Json, string])[] = [];
  let live = true;
  const records = { asked: 0 };
  const options: LoggedSink<OutputBinding> = {
    output: "out",
    binding: { table: "acme.games.rows" },
    fields: [],
    clients: undefined as never,
    moment: () => new Moment(),
    refuse: (row, why) => void refused.push([row, why]),
    recorded,
    parts: new Map(),
    term: 1,
    begun: 0,
    rowWindow: undefined,
    watermark: () => -Infinity,
    assume: undefined,
    clock: {
      ...systemClock,
      after: (_, call) => {
        const at = setImmediate(call);
        return () => clearImmediate(at);
      },
    },
    trouble: () => {},
    mayLeave: () => live,
    record: () => void (records.asked += 1),
    progress: () => {},
    fail: (problem) => expect.unreachable(problem.message),
  };
  return { options, refused, records, stop: () => (live = false) };
}

test("without a log: a row that is refused is an error row, and the rest of its request is sent again, in order", async () => {
  const { sink, sent } = sinkOf();
  const { options, refused } = optionsOf();
  const output = directIdempotent(sink, options);
  for (const name of ["a", "bad b", "c", "d", ""]) output.take({ name }, 0);
  expect(await output.send()).toBe(3);
  expect(sent).toEqual([["a", "bad b", "c"], ["a", "c"], ["d"]]);
  expect(refused).toEqual([
    [{ name: "" }, "a name is empty"],
    [{ name: "bad b" }, "bad b!"],
  ]);
});

test("without a log: where it is not known what became of rows, their message comes again", async () => {
  const { sink, failures } = sinkOf();
  const output = directIdempotent(sink, optionsOf().options);
  output.take({ name: "a" }, 0);
  failures.push(new Error("the sink is down"));
  await expect(output.send()).rejects.toThrow("the sink is down");
});

test("with a log: nothing leaves before it is durable; what failed is sent again, and what was refused is recorded first", async () => {
  const { sink, sent, failures } = sinkOf();
  const recorded = new RecordedOutput("out");
  const { options, refused, records, stop } = optionsOf(recorded);
  const output = new IdempotentOutput(sink, options, recorded);
  void output.run();
  for (const name of ["a", "bad b", "c", "d"]) output.take({ name }, 0);
  await settled();
  expect(sent).toEqual([]);
  failures.push(new Error("the sink is down"));
  const first = output.takeChange();
  output.release(first);
  await settled();
  expect(sent).toEqual([
    ["a", "bad b", "c"],
    ["a", "bad b", "c"],
  ]);
  expect(records.asked).toBe(1);
  expect(output.unwritten).toBe(4);
  const second = output.takeChange();
  expect(second.refused).toEqual([{ number: 0, rows: [1] }]);
  output.release(second);
  await settled();
  expect(sent.slice(2)).toEqual([["a", "c"], ["d"]]);
  expect(refused).toEqual([[{ name: "bad b" }, "bad b!"]]);
  expect([output.unwritten, output.written]).toEqual([0, 3]);
  stop();
});

/** Everything that is underway has come to its end. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
}
