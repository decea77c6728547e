/** Calls of Google's gRPC APIs with bytes: whoever calls encodes and decodes. */
import { Client, type ClientDuplexStream, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import type { AccessTokens } from "./access-token";

export interface ChannelOptions {
  /** host:port; without TLS where there are no tokens: a local server. */
  readonly address: string;
  readonly tokens: AccessTokens | undefined;
  /** What is said of whoever calls, where there are no tokens. */
  readonly authorization?: string;
}

export type ByteStream = ClientDuplexStream<Uint8Array, Buffer>;

const MEBI = 1024 * 1024;
/** Milliseconds that a call may take. */
const TIMEOUT = 60_000;

const pass = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const same = (bytes: Buffer): Buffer => bytes;

export class Channel {
  private readonly client: Client;

  constructor(private readonly options: ChannelOptions) {
    const { address, tokens } = options;
    this.client = new Client(address, tokens === undefined ? credentials.createInsecure() : secure(tokens), {
      // Of 64 KiB, the default, every round trip costs: at 10 ms that is 40 times less throughput.
      "grpc-node.flow_control_window": 4 * MEBI,
      "grpc.max_receive_message_length": 32 * MEBI,
      "grpc.max_send_message_length": 32 * MEBI,
      // Whoever calls retries, knows why, and says so.
      "grpc.enable_retries": 0,
      "grpc.keepalive_time_ms": 30_000,
      "grpc.initial_reconnect_backoff_ms": 100,
      "grpc.max_reconnect_backoff_ms": 5_000,
      // Two channels of one address are two connections: each gets its own share.
      "grpc.use_local_subchannel_pool": 1,
    });
  }

  /**
   * @param routing what Google's front routes by, as in `subscription=projects/...`
   * @param timeout milliseconds; the server is told, and begins nothing later
   */
  unary(method: string, request: Uint8Array, routing: Routing, timeout = TIMEOUT): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const deadline = { deadline: Date.now() + timeout };
      this.client.makeUnaryRequest(method, pass, same, request, this.headers(routing), deadline, (error, answer) => {
        if (error) reject(withPlace(error, this.options.address, method));
        else resolve(answer ?? Buffer.alloc(0));
      });
    });
  }

  /** A call that is answered by several messages: all of them, in their order. */
  several(method: string, request: Uint8Array, routing: Routing, timeout = TIMEOUT): Promise<Buffer[]> {
    return new Promise((resolve, reject) => {
      const deadline = { deadline: Date.now() + timeout };
      const call = this.client.makeServerStreamRequest(method, pass, same, request, this.headers(routing), deadline);
      const answers: Buffer[] = [];
      call.on("data", (answer: Buffer) => void answers.push(answer));
      call.on("error", (error: ServiceError) => reject(withPlace(error, this.options.address, method)));
      call.on("end", () => resolve(answers));
    });
  }

  stream(method: string, routing: Routing): ByteStream {
    return this.client.makeBidiStreamRequest(method, pass, same, this.headers(routing));
  }

  /** Calls back once the connection stands. */
  whenReady(then: () => void): void {
    this.client.waitForReady(Infinity, (error) => {
      if (!error) then();
    });
  }

  close(): void {
    this.client.close();
  }

  private headers(routing: Routing): Metadata {
    const metadata = new Metadata();
    metadata.set("x-goog-request-params", new URLSearchParams(routing).toString());
    const { authorization } = this.options;
    if (authorization !== undefined) metadata.set("authorization", authorization);
    return metadata;
  }
}

export type Routing = { readonly [parameter: string]: string };

const secure = (tokens: AccessTokens) =>
  credentials.combineChannelCredentials(
    credentials.createSsl(),
    credentials.createFromMetadataGenerator((_, done) => {
      authorization(tokens).then(
        (metadata) => done(null, metadata),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    }),
  );

async function authorization(tokens: AccessTokens): Promise<Metadata> {
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${await tokens.token()}`);
  return metadata;
}

/** Google's sentence, and which call it is the answer to. */
function withPlace(error: ServiceError, address: string, method: string): ServiceError {
  error.message = `${error.message} (${method.split("/").pop()} at ${address})`;
  return error;
}

/** What gRPC says of a call that failed. */
export interface CallError extends Error {
  readonly code: number;
  readonly metadata: Metadata;
}

export const isCallError = (error: unknown): error is CallError =>
  error instanceof Error && "code" in error && "metadata" in error;

/** The codes that mean something here, as numbers. */
export const codes: Readonly<
  Record<"INVALID_ARGUMENT" | "NOT_FOUND" | "ALREADY_EXISTS" | "FAILED_PRECONDITION" | "OUT_OF_RANGE", number>
> = status;
