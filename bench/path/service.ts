/**
 * A Pub/Sub and a BigQuery that cost next to nothing, in a process of their own: responses were encoded before, what
 * is acknowledged is counted, rows are taken and thrown away. So whoever talks to them is what is measured.
 */
import http2 from "node:http2";
import { type handleBidiStreamingCall, type handleUnaryCall, Server, ServerCredentials } from "@grpc/grpc-js";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import { WireType, WireWriter } from "../../pipeline/protobuf/wire";
import { delayed } from "./delay";
import { acknowledged, BATCH, published, responses } from "./encode";
import { type Front, front } from "./front";

/** What it is told: to send so many messages more, or to begin from the first one again. */
export type Told = { readonly kind: "send"; readonly messages: number } | { readonly kind: "begin" };

/** What it says. */
export type Said =
  /**
   * @property far the same server, a round trip away
   * @property secure the same as Google has it
   */
  | { readonly kind: "listens"; readonly near: string; readonly far: string; readonly secure: Front }
  | { readonly kind: "opened" }
  /** All that was sent is acknowledged, so many milliseconds after it was told to. */
  | { readonly kind: "acknowledged"; readonly milliseconds: number };

/**
 * Milliseconds: the events are of a time to come, for a processor that has waited for its first message knows that all
 * that is older than now is late.
 */
const AHEAD = 3_600_000;

/** Messages that may be underway, some 60 MB: Pub/Sub keeps to what the streams say that they take. */
const MOST_UNDERWAY = 150_000;

type Stream = ServerDuplexStream<Buffer, Buffer>;

const WINDOW = 4 * 1024 * 1024;

const pass = (bytes: Buffer): Buffer => bytes;
const say = (said: Said): void => void process.send?.(said);

class Service {
  private readonly streams = new Map<Stream, { blocked: boolean }>();
  private next = 0;
  /** Responses that are still to be sent, and messages that are still to be acknowledged. */
  private left = 0;
  private open = 0;
  private since = 0;

  constructor(private readonly all: readonly Buffer[]) {}

  tell(told: Told): void {
    if (told.kind === "begin") {
      this.next = 0;
      // Of a process that is gone, whose end may take a while to be heard of.
      this.streams.clear();
      return;
    }
    this.left = Math.ceil(told.messages / BATCH);
    this.open = this.left * BATCH;
    this.since = performance.now();
    this.pump();
  }

  pull(stream: Stream): void {
    const state = { blocked: false };
    this.streams.set(stream, state);
    const end = (): void => void this.streams.delete(stream);
    stream.on("data", () => {});
    stream.on("cancelled", end);
    stream.on("error", end);
    stream.on("end", () => stream.end());
    stream.on("drain", () => {
      state.blocked = false;
      this.pump();
    });
    say({ kind: "opened" });
    this.pump();
  }

  acknowledge(ids: number): void {
    this.open -= ids;
    this.pump();
    if (this.open > 0 || this.since === 0) return;
    say({ kind: "acknowledged", milliseconds: performance.now() - this.since });
    this.since = 0;
  }

  /** A response to each stream in turn, until none takes more. */
  private pump(): void {
    for (let any = true; any && this.left > 0;) {
      any = false;
      for (const [stream, state] of this.streams) {
        if (state.blocked || this.left === 0 || this.open - this.left * BATCH >= MOST_UNDERWAY) continue;
        const response = this.all[this.next];
        if (response === undefined) throw new Error("there are no more messages: tell it to begin again");
        this.next += 1;
        this.left -= 1;
        state.blocked = !stream.write(response);
        any = true;
      }
    }
  }
}

/** WriteStream: name = 1. */
const writeStream = Buffer.from(
  new WireWriter().tag(1, WireType.bytes).string("projects/bench/datasets/bench/tables/out/streams/one").finish(),
);
const nothing = Buffer.alloc(0);

const method = (path: string, streams: boolean) => ({
  path,
  requestStream: streams,
  responseStream: streams,
  requestSerialize: pass,
  requestDeserialize: pass,
  responseSerialize: pass,
  responseDeserialize: pass,
});
const answer =
  (made: (request: Buffer) => Buffer): handleUnaryCall<Buffer, Buffer> =>
  (call, done) =>
    done(null, made(call.request));
const append: handleBidiStreamingCall<Buffer, Buffer> = (stream) => {
  stream.on("data", () => stream.write(nothing));
  stream.on("end", () => stream.end());
  stream.on("error", () => {});
};

const widened = <Made extends http2.Http2Server | http2.Http2SecureServer>(server: Made): Made => {
  server.on("session", (session: http2.ServerHttp2Session) => session.setLocalWindowSize(WINDOW));
  return server;
};

/**
 * The window of a whole connection, which grpc-js leaves at 64 KiB: at 10 ms that is 38,000 acknowledgements a second.
 * Google's servers give more.
 */
function openWindows(): void {
  const create = http2.createServer.bind(http2);
  const createSecure = http2.createSecureServer.bind(http2);
  // Of their several forms grpc-js uses these.
  http2.createServer = ((options: http2.ServerOptions) => widened(create(options))) as typeof http2.createServer;
  http2.createSecureServer = ((options: http2.SecureServerOptions) =>
    widened(createSecure(options))) as typeof http2.createSecureServer;
}

async function serve(events: number, delay: number): Promise<void> {
  openWindows();
  const service = new Service(responses(events, Date.now() + AHEAD));
  const server = new Server({
    "grpc.max_receive_message_length": -1,
    "grpc-node.flow_control_window": WINDOW,
  });
  const pubsub = "/google.pubsub.v1.";
  const write = "/google.cloud.bigquery.storage.v1.BigQueryWrite/";
  server.addService(
    {
      pull: method(`${pubsub}Subscriber/StreamingPull`, true),
      acknowledge: method(`${pubsub}Subscriber/Acknowledge`, false),
      modify: method(`${pubsub}Subscriber/ModifyAckDeadline`, false),
      publish: method(`${pubsub}Publisher/Publish`, false),
      create: method(`${write}CreateWriteStream`, false),
      append: method(`${write}AppendRows`, true),
    },
    {
      pull: (stream: Stream) => service.pull(stream),
      acknowledge: answer((request) => {
        service.acknowledge(acknowledged(request));
        return nothing;
      }),
      modify: answer(() => nothing),
      publish: answer(published),
      create: answer(() => writeStream),
      append,
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const far = await delayed(port, delay);
  process.on("message", (told: Told) => service.tell(told));
  process.on("disconnect", () => process.exit(0));
  const secure = await front(server);
  say({ kind: "listens", near: `127.0.0.1:${port}`, far: `127.0.0.1:${far}`, secure });
}

void serve(...(process.argv.slice(2).map(Number) as [number, number]));
