import { Client, Metadata, type ServiceError, credentials } from "@grpc/grpc-js";
import { decodePublished } from "./messages";

/** One publish call: an encoded PublishRequest in, the message ids out. Fails with gRPC's {@link ServiceError}. */
export type PublishCall = (request: Buffer) => Promise<readonly string[]>;

export interface TopicConnection {
  readonly publish: PublishCall;
  close(): void;
}

export interface TopicConnectionProps {
  /** host:port */
  readonly address: string;
  /** Without TLS: an emulator, on this machine. */
  readonly insecure: boolean;
  /** The access token of each call; none for an emulator. */
  readonly token?: () => Promise<string>;
  /** Milliseconds that one call may take. */
  readonly timeout: number;
}

const PUBLISH = "/google.pubsub.v1.Publisher/Publish";
const MEBI = 1024 * 1024;

export function connectTopic({ address, insecure, token, timeout }: TopicConnectionProps): TopicConnection {
  const client = new Client(address, insecure ? credentials.createInsecure() : credentials.createSsl(), {
    // The default of 64 KiB costs a round trip for every 64 KiB.
    "grpc-node.flow_control_window": 4 * MEBI,
    // Retries are the publisher's: it counts them, and bounds them by time.
    "grpc.enable_retries": 0,
    // A peer that went away in silence is found out before a call has waited for all of its time.
    "grpc.keepalive_time_ms": 60_000,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 5_000,
  });
  return {
    async publish(request) {
      const metadata = new Metadata();
      if (token !== undefined) metadata.set("authorization", `Bearer ${await token()}`);
      return new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          PUBLISH,
          (bytes: Buffer) => bytes,
          decodePublished,
          request,
          metadata,
          { deadline: Date.now() + timeout },
          (error: ServiceError | null, ids?: readonly string[]) => (error ? reject(error) : resolve(ids ?? [])),
        );
      });
    },
    close: () => client.close(),
  };
}
