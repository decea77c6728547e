import type { AddressInfo } from "node:net";
import { AccessTokens } from "../../runtime/access-token";
import { Batcher } from "./batcher";
import type { Clock } from "../../runtime/clock";
import { eventEncoder } from "./event-json";
import { Ingest } from "./ingest";
import type { Log } from "../../runtime/log";
import type { ProxyOptions } from "./options";
import { Publisher } from "./publisher";
import { RateLimit } from "./rate-limit";
import { proxyServer } from "./server";
import { connectTopic } from "./topic";

export interface World {
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 to 1. */
  readonly random: () => number;
}

export interface RunningProxy {
  readonly port: number;
  /** Takes no more requests, answers those that are open, and gives up on them after `grace` milliseconds. */
  stop(grace: number): Promise<void>;
}

const CALL_TIMEOUT = 5_000;

export async function startProxy(options: ProxyOptions, world: World): Promise<RunningProxy> {
  const { clock, log } = world;
  const tokens = new AccessTokens(clock, options.metadataHost);
  const topic = connectTopic({
    address: options.emulator ?? "pubsub.googleapis.com:443",
    insecure: options.emulator !== undefined,
    token: options.emulator === undefined ? () => tokens.token() : undefined,
    timeout: CALL_TIMEOUT,
  });
  const publisher = new Publisher({ ...world, topic: options.topic, call: topic.publish });
  const batcher = new Batcher((groups) => publisher.publish(groups), clock);
  const server = proxyServer({
    ingest: new Ingest({
      batcher,
      attributes: options.attributes,
      encode: options.eventFields && eventEncoder(options.eventFields),
    }),
    rateLimit:
      options.maxRequestsPerSecond === Infinity ? undefined : new RateLimit(options.maxRequestsPerSecond, clock),
    maxBodyBytes: options.maxBodyBytes,
    log,
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, resolve);
  });
  const { port } = server.address() as AddressInfo;
  log("INFO", `takes events at POST /json on port ${port}`, { topic: options.topic });

  return {
    port,
    async stop(grace) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      batcher.flush();
      const takeBack = clock.after(grace, () => {
        log("WARNING", "requests are still open: they are cut off");
        server.closeAllConnections();
      });
      await closed;
      takeBack();
      topic.close();
      log("INFO", "stopped");
    },
  };
}
