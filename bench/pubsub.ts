/**
 * What the local Pub/Sub carries: messages published, delivered to three subscriptions by streaming pull, and
 * acknowledged. The server is a process of its own, so that its CPU time is its own; the client is grpc-js with
 * as little around it as can be, so that the server is what is measured.
 */
import { fork } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, credentials } from "@grpc/grpc-js";
import { systemClock } from "../local/clock";
import { serveGrpc } from "../local/grpc";
import type { Access, Caller, Host, TableWriter, Tokens } from "../local/service";
import { PubSub } from "../local/services/pubsub/pubsub";
import { bytes, field, message, repeated } from "../pipeline/protobuf/message";
import { WireReader, WireWriter } from "../pipeline/protobuf/wire";

const TOPIC = "projects/bench/topics/clicks";
const SUBSCRIPTIONS = ["first", "second", "third"].map((name) => `projects/bench/subscriptions/${name}`);
const BATCH = 500;

export interface PubSubBench {
  /** Published messages a second, each delivered and acknowledged three times. */
  readonly messagesPerSecond: number;
  /** Server CPU microseconds for one message: publish, three deliveries, three acknowledgements, the journal. */
  readonly serverMicros: number;
}

/** @param count messages to publish */
export async function pubsubBench(count = 200_000): Promise<PubSubBench> {
  const server = fork(__filename, ["serve"], { stdio: "inherit" });
  const heard = <T>(): Promise<T> =>
    new Promise((resolve) => void server.once("message", (said) => resolve(said as T)));
  const { address } = await heard<{ address: string }>();
  const client = new Client(address, credentials.createInsecure(), {
    "grpc-node.flow_control_window": 4 * 1024 * 1024,
    "grpc.max_receive_message_length": -1,
  });
  await run(client, count / 10);
  server.send("measure");
  await heard();
  const started = process.hrtime.bigint();
  await run(client, count);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  server.send("measure");
  const { cpuMicros } = await heard<{ cpuMicros: number }>();
  client.close();
  server.send("stop");
  await new Promise((resolve) => server.once("exit", resolve));
  return { messagesPerSecond: Math.round(count / seconds), serverMicros: cpuMicros / count };
}

const pass = (value: Buffer): Buffer => value;

async function run(client: Client, count: number): Promise<void> {
  const consumed = SUBSCRIPTIONS.map((subscription) => consume(client, subscription, count));
  const batch = publishRequest();
  let sent = 0;
  const publisher = async (): Promise<void> => {
    while (sent < count) {
      sent += BATCH;
      await call(client, "Publisher/Publish", batch);
    }
  };
  await Promise.all([publisher(), publisher(), publisher(), ...consumed]);
}

function publishRequest(): Buffer {
  const Request = message({ topic: field(1, bytes), messages: field(2, repeated(bytes)) });
  const data = Buffer.from(
    JSON.stringify({ user_pseudo_id: "u".repeat(20), event_name: "purchase", page: "p".repeat(100) }),
  );
  const one = message({ data: field(1, bytes) }).encode({ data });
  return Request.encode({ topic: Buffer.from(TOPIC), messages: Array.from({ length: BATCH }, () => one) });
}

function call(client: Client, method: string, request: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(`/google.pubsub.v1.${method}`, pass, pass, request, (error, answer) => {
      if (error === null) resolve(answer as Buffer);
      else reject(error);
    });
  });
}

/** Pulls and acknowledges so many messages; acknowledgement ids are copied, never read. */
function consume(client: Client, subscription: string, count: number): Promise<void> {
  const Open = message({ subscription: field(1, bytes) });
  const opening = Buffer.concat([Open.encode({ subscription: Buffer.from(subscription) }), Buffer.from([5 << 3, 60])]);
  const stream = client.makeBidiStreamRequest("/google.pubsub.v1.Subscriber/StreamingPull", pass, pass);
  return new Promise((resolve, reject) => {
    let left = count;
    stream.on("data", (response: Buffer) => {
      const request = new WireWriter(64 * 1024).tag(1, 2).string(subscription);
      for (const reader = new WireReader(response); !reader.done;) {
        const tag = reader.uint32();
        if (tag >>> 3 !== 1) {
          reader.skip(tag & 7);
          continue;
        }
        const received = reader.message();
        received.uint32();
        request.tag(2, 2).delimited(received.view8());
        left -= 1;
      }
      const over = left === 0;
      const acknowledged = call(client, "Subscriber/Acknowledge", Buffer.from(request.finish()));
      acknowledged.then(() => (over ? stream.cancel() : undefined), reject);
    });
    stream.on("error", () => (left === 0 ? resolve() : reject(new Error("the stream broke"))));
    stream.write(opening);
  });
}

/** The other process. */
async function serve(): Promise<void> {
  const state = mkdtempSync(join(tmpdir(), "journey-bench-"));
  const you: Caller = { member: "user:you" };
  const access: Access = { give() {}, check() {}, allows: () => true, grants: [], denials: [] };
  const host: Host = {
    project: "bench",
    projectNumber: "1",
    region: "europe-west1",
    clock: systemClock,
    access,
    log: () => undefined,
    folder(service) {
      const folder = join(state, service);
      mkdirSync(folder, { recursive: true });
      return folder;
    },
    door: () => Promise.reject(new Error("no doors here")),
  };
  const tables: TableWriter = { append: () => Promise.resolve(), columns: () => [] };
  const tokens: Tokens = { identity: () => "", verify: () => undefined };
  const pubsub = new PubSub(host, { tables, tokens });
  const stack = (type: string, config: { readonly [argument: string]: string }) =>
    pubsub.resources
      .find((one) => one.type === type)
      ?.apply({ address: `${type}.${config.name}`, type, name: String(config.name), config });
  await stack("google_pubsub_topic", { name: "clicks" });
  for (const name of ["first", "second", "third"]) await stack("google_pubsub_subscription", { name, topic: "clicks" });
  await pubsub.start();
  const server = await serveGrpc(pubsub.grpc(you));
  let before = process.cpuUsage();
  process.on("message", (said) => {
    if (said === "measure") {
      const { user, system } = process.cpuUsage(before);
      before = process.cpuUsage();
      process.send?.({ cpuMicros: user + system });
    } else {
      void Promise.all([server.stop(), pubsub.stop()])
        .then(() => rmSync(state, { recursive: true }))
        .then(() => process.disconnect());
    }
  });
  process.send?.({ address: server.address });
}

if (process.argv[2] === "serve" && process.send !== undefined) void serve();
