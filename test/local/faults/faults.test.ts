/** Faults, over real gRPC and HTTP, at doors of their own. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import { afterEach, expect, test } from "vitest";
import { owner } from "../../../local/access/members";
import { systemClock } from "../../../local/clock";
import { Doors } from "../../../local/doors";
import { Faults } from "../../../local/faults/faults";
import type { CallFault, Fault } from "../../../local/faults/plan";
import { duplex, unary } from "../../../local/grpc";
import type { Clock, Service } from "../../../local/service";
import { field, int64, message } from "../../../pipeline/protobuf/message";
import { HandClock } from "../support/host";

const workload = { member: "serviceAccount:a@b" };
const Word = message({ number: field(1, int64) });

/** Counts what it was asked for, and repeats it. */
class Echo implements Service {
  readonly name = "pubsub";
  readonly resources = [];
  readonly asked: number[] = [];

  grpc() {
    return [
      unary("/echo.Echo/Say", Word, Word, ({ number }) => {
        this.asked.push(number);
        return { number };
      }),
      duplex("/echo.Echo/Talk", Word, Word, (stream) => {
        stream.on("data", ({ number }: { number: number }) => {
          this.asked.push(number);
          stream.write({ number });
        });
        stream.on("end", () => stream.end());
      }),
    ];
  }

  http() {
    return [
      {
        prefix: "/echo",
        handle: (_: IncomingMessage, response: ServerResponse) => {
          this.asked.push(0);
          response.writeHead(200).end("heard");
        },
      },
    ];
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

const open: Doors[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((doors) => doors.close()));
});

const always: CallFault = {
  kind: "call",
  service: "pubsub",
  method: "",
  share: 1,
  delay: 0,
  trouble: { what: "lost" },
};

async function doorsWith(faults: readonly Fault[], clock: Clock = systemClock) {
  const echo = new Echo();
  const plan = new Faults({ seed: 1, faults }, clock);
  const doors = new Doors({ project: "p", region: "r" }, () => [echo], plan);
  open.push(doors);
  return { echo, plan, door: await doors.of(workload), own: await doors.of(owner) };
}

/** What a call answers: the number, or the status. */
function say(address: string, number: number, path = "/echo.Echo/Say"): Promise<number | string> {
  const client = new Client(address, credentials.createInsecure());
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      (value: number) => Buffer.from(Word.encode({ number: value })),
      (bytes) => Word.decode(bytes).number,
      number,
      (error: ServiceError | null, value) => {
        client.close();
        resolve(error === null ? (value as number) : `${error.code} ${error.details}`);
      },
    );
  });
}

/** Says the numbers on one stream: what comes back, and the status if it breaks. */
function talk(address: string, numbers: readonly number[]): Promise<readonly (number | string)[]> {
  const client = new Client(address, credentials.createInsecure());
  const heard: (number | string)[] = [];
  return new Promise((resolve) => {
    const call = client.makeBidiStreamRequest(
      "/echo.Echo/Talk",
      (value: number) => Buffer.from(Word.encode({ number: value })),
      (bytes) => Word.decode(bytes).number,
    );
    const end = (): void => {
      client.close();
      resolve(heard);
    };
    call.on("data", (value: number) => heard.push(value));
    call.on("error", (error: ServiceError) => {
      heard.push(`${error.code} ${error.details}`);
      end();
    });
    call.on("end", end);
    for (const number of numbers) call.write(number);
    call.end();
  });
}

test("a call that fails is not done; one that is lost is; one that is forgotten seems to be", async () => {
  const failing = await doorsWith([{ ...always, trouble: { what: "error", code: "INTERNAL" } }]);
  expect(await say(failing.door.grpc, 1)).toBe("13 a fault that was asked for");
  expect(failing.echo.asked).toEqual([]);
  const losing = await doorsWith([always]);
  expect(await say(losing.door.grpc, 2)).toBe("14 a fault that was asked for");
  expect(losing.echo.asked).toEqual([2]);
  const forgetting = await doorsWith([{ ...always, trouble: { what: "forgotten" } }]);
  expect(await say(forgetting.door.grpc, 3)).toBe(0);
  expect(forgetting.echo.asked).toEqual([]);
  expect(failing.plan.struck).toEqual({ "pubsub error": 1 });
});

test("the person at the laptop, other services and other methods are not struck", async () => {
  const faults = [
    { ...always, service: "bigquery" },
    { ...always, method: "Talk" },
  ];
  const { door, own, plan } = await doorsWith(faults);
  expect(await say(door.grpc, 1)).toBe(1);
  expect(await talk(own.grpc, [1, 2])).toEqual([1, 2]);
  expect(plan.struck).toEqual({});
});

test("a stream breaks at the message that is struck, and those before it are done", async () => {
  const { door, echo } = await doorsWith([{ ...always, share: 0.4, trouble: { what: "error", code: "UNAVAILABLE" } }]);
  const heard = await talk(door.grpc, [1, 2, 3, 4, 5, 6, 7, 8]);
  expect(heard.at(-1)).toBe("14 a fault that was asked for");
  expect(echo.asked).toEqual(heard.slice(0, -1));
  expect(echo.asked.length).toBeLessThan(8);
});

test("of a stream, what is lost is done", async () => {
  const { door, echo } = await doorsWith([always]);
  expect(await talk(door.grpc, [1, 2])).toContain("14 a fault that was asked for");
  expect(echo.asked).toEqual([1]);
});

test("what is slow stays in order, up to the end of its stream", async () => {
  const { door } = await doorsWith([{ ...always, share: 0.5, delay: 5, trouble: { what: "slow" } }]);
  expect(await talk(door.grpc, [1, 2, 3, 4, 5, 6])).toEqual([1, 2, 3, 4, 5, 6]);
});

test("HTTP: an error in Google's form, a connection that breaks after all is done", async () => {
  const failing = await doorsWith([
    { ...always, method: "GET /echo", trouble: { what: "error", code: "UNAVAILABLE" } },
  ]);
  const answer = await fetch(`${failing.door.http}/echo`);
  expect([answer.status, failing.echo.asked]).toEqual([503, []]);
  expect(await (await fetch(`${failing.own.http}/echo`)).text()).toBe("heard");
  const losing = await doorsWith([always]);
  await expect(fetch(`${losing.door.http}/echo`)).rejects.toThrow("fetch failed");
  expect(losing.echo.asked).toEqual([0]);
  const slow = await doorsWith([{ ...always, delay: 5, trouble: { what: "slow" } }]);
  expect(await (await fetch(`${slow.door.http}/echo`)).text()).toBe("heard");
});

/** Eight calls, one after the other: lots are drawn in the order of the calls. */
async function halfStruck(): Promise<readonly (number | string)[]> {
  const { door } = await doorsWith([{ ...always, share: 0.5 }]);
  const answers: (number | string)[] = [];
  for (let number = 1; number <= 8; number++) answers.push(await say(door.grpc, number));
  return answers;
}

test("the same seed strikes the same calls", async () => {
  const first = await halfStruck();
  expect(new Set(first.map((answer) => typeof answer))).toEqual(new Set(["string", "number"]));
  expect(await halfStruck()).toEqual(first);
});

test("processes are killed about as often as was asked for, until all stops", () => {
  const clock = new HandClock();
  const plan = new Faults(
    { seed: 3, faults: [{ kind: "kill", workload: "activity", signal: "SIGTERM", every: 10_000 }] },
    clock,
  );
  const killed: string[] = [];
  let isUp = true;
  plan.start((name, signal) => {
    if (isUp) killed.push(`${name} ${signal}`);
    return isUp;
  });
  clock.advance(100_000);
  expect(killed.length).toBeGreaterThan(6);
  expect(killed.length).toBeLessThan(20);
  expect(plan.struck).toEqual({ "kill activity": killed.length });
  const before = killed.length;
  isUp = false;
  clock.advance(20_000);
  isUp = true;
  plan.stop();
  clock.advance(100_000);
  expect(killed.length).toBe(before);
});
