/**
 * What the ingest proxy carries, against a plain HTTP server of Node's that reads a body and answers: the least that
 * any proxy costs. Each is a process of its own, asked by the same clients in the same run; Pub/Sub answers at once.
 */
import { fork } from "node:child_process";
import { createServer, request, Agent } from "node:http";
import type { AddressInfo } from "node:net";
import { field, message, repeated, string, bytes } from "../pipeline/protobuf/message";
import { serveGrpc, unary } from "../local/grpc";
import { systemClock } from "../runtime/clock";
import { readOptions } from "../pipeline-images/ingest-proxy/options";
import { startProxy } from "../pipeline-images/ingest-proxy/proxy";

interface ServerBench {
  readonly requestsPerSecond: number;
  /** CPU microseconds of the server for one request. */
  readonly micros: number;
}

export interface ProxyBench {
  readonly proxy: ServerBench;
  readonly echo: ServerBench;
}

const CONNECTIONS = 64;
const BODY = JSON.stringify({ user_pseudo_id: "u".repeat(20), event_name: "purchase", page: "p".repeat(100) });

/** @param count requests to each */
export async function proxyBench(count = 20_000): Promise<ProxyBench> {
  const pubsub = await serveGrpc([publishAtOnce()]);
  const proxy = await measure("proxy", count, { PUBSUB_EMULATOR_HOST: pubsub.address });
  const echo = await measure("echo", count, {});
  await pubsub.stop();
  return { proxy, echo };
}

function publishAtOnce() {
  const Request = message({ messages: field(2, repeated(bytes)) });
  const Response = message({ messageIds: field(1, repeated(string)) });
  let last = 0;
  return unary("/google.pubsub.v1.Publisher/Publish", Request, Response, ({ messages }) => ({
    messageIds: messages.map(() => String((last += 1))),
  }));
}

async function measure(
  kind: "proxy" | "echo",
  count: number,
  environment: { readonly [name: string]: string },
): Promise<ServerBench> {
  const server = fork(__filename, ["serve", kind], { env: { ...process.env, ...environment } });
  const heard = <T>(): Promise<T> =>
    new Promise((resolve) => void server.once("message", (said) => resolve(said as T)));
  const { port } = await heard<{ port: number }>();
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  await load(port, agent, count / 10);
  server.send("measure");
  await heard();
  const started = process.hrtime.bigint();
  await load(port, agent, count);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  server.send("measure");
  const { cpuMicros } = await heard<{ cpuMicros: number }>();
  agent.destroy();
  server.send("stop");
  await new Promise((resolve) => server.once("exit", resolve));
  return { requestsPerSecond: Math.round(count / seconds), micros: cpuMicros / count };
}

async function load(port: number, agent: Agent, count: number): Promise<void> {
  let left = count;
  const client = async (): Promise<void> => {
    // One request after the other on each connection.
    while (left-- > 0) await post(port, agent);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
}

function post(port: number, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": BODY.length };
    const sent = request({ port, agent, method: "POST", path: "/json", headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`answered ${response.statusCode}`));
      response.resume().once("end", resolve);
    });
    sent.once("error", reject);
    sent.end(BODY);
  });
}

/** The other process. */
async function serve(kind: string): Promise<void> {
  const { port, stop } = kind === "proxy" ? await serveProxy() : await serveEcho();
  let before = process.cpuUsage();
  process.on("message", (said) => {
    if (said === "measure") {
      const { system, user } = process.cpuUsage(before);
      before = process.cpuUsage();
      process.send?.({ cpuMicros: user + system });
    } else void stop().then(() => process.disconnect());
  });
  process.send?.({ port });
}

interface Served {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

async function serveProxy(): Promise<Served> {
  const options = readOptions({ ...process.env, TOPIC: "projects/bench/topics/clicks", PORT: "0" });
  const proxy = await startProxy(options, { clock: systemClock, log: () => undefined, random: Math.random });
  return { port: proxy.port, stop: () => proxy.stop(0) };
}

async function serveEcho(): Promise<Served> {
  const server = createServer((received, response) => {
    const chunks: Buffer[] = [];
    received.on("data", (chunk: Buffer) => chunks.push(chunk));
    received.on("end", () =>
      response.writeHead(200, { "content-type": "application/json" }).end(Buffer.concat(chunks)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port: (server.address() as AddressInfo).port, stop };
}

if (process.argv[2] === "serve" && process.send !== undefined) void serve(process.argv[3] ?? "");
