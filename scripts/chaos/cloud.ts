/** The local Pub/Sub, BigQuery and Storage without a stack, whose callers can be struck by faults and cut off. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ServerDuplexStream, UntypedHandleCall } from "@grpc/grpc-js";
import { owner } from "../../local/access/members";
import { Doors } from "../../local/doors";
import { CloudError } from "../../local/errors";
import { Faults, type Struck } from "../../local/faults/faults";
import type { FaultPlan } from "../../local/faults/plan";
import { fail, type GrpcMethod } from "../../local/grpc";
import type { Access, Caller, Clock, Host, LogEntry, Service, Tokens } from "../../local/service";
import { BigQuery } from "../../local/services/bigquery/bigquery";
import { PubSub } from "../../local/services/pubsub/pubsub";
import { Storage } from "../../local/services/storage/storage";

type Stream = ServerDuplexStream<unknown, unknown>;

export interface CloudOptions {
  /** An empty folder. */
  readonly folder: string;
  readonly clock: Clock;
  readonly faults?: FaultPlan;
  readonly log?: (entry: LogEntry) => void;
}

export const PROJECT = "acme-dev";
const everybody: Access = { give() {}, check() {}, allows: () => true, grants: [], denials: [] };
const noTokens: Tokens = { identity: () => "", verify: () => undefined };

export class Cloud {
  readonly pubsub: PubSub;
  readonly bigquery: BigQuery;
  readonly storage: Storage;
  private readonly doors: Doors;
  private readonly faults: Faults | undefined;
  /** Streams of messages, by whose they are. */
  private readonly streams = new Map<string, Set<Stream>>();

  constructor({ folder, clock, faults, log = () => {} }: CloudOptions) {
    const site = { project: PROJECT, region: "europe-west1" };
    const host: Host = {
      ...site,
      projectNumber: "123456789012",
      clock,
      access: everybody,
      log,
      folder(service) {
        const own = join(folder, service);
        mkdirSync(own, { recursive: true });
        return own;
      },
      door: (caller) => this.door(caller),
    };
    this.faults = faults && new Faults(faults, clock);
    this.bigquery = new BigQuery(host);
    this.pubsub = new PubSub(host, { tables: this.bigquery, tokens: noTokens });
    this.storage = new Storage(host);
    this.doors = new Doors(site, () => [this.bigquery, this.cuttable(), this.storage], this.faults);
  }

  /** Where somebody reaches it; the owner of the project is struck by nothing. */
  door(caller: Caller = owner) {
    return this.doors.of(caller);
  }

  /** As Terraform makes a resource. */
  async apply(type: string, config: { readonly [argument: string]: unknown }): Promise<void> {
    const name = String(config["name"] ?? config["table_id"] ?? config["dataset_id"]);
    const kinds = [...this.bigquery.resources, ...this.pubsub.resources, ...this.storage.resources];
    await kinds.find((one) => one.type === type)?.apply({ address: `${type}.${name}`, type, name, config });
  }

  /** Breaks the streams of messages that somebody has open. @returns how many there were */
  cut({ member }: Caller): number {
    const streams = [...(this.streams.get(member) ?? [])];
    for (const stream of streams) fail(stream, new CloudError("UNAVAILABLE", "the stream was cut"));
    return streams.length;
  }

  get struck(): Struck {
    return this.faults?.struck ?? {};
  }

  /** Nothing strikes any more. */
  calm(): void {
    this.faults?.stop();
  }

  async stop(): Promise<void> {
    this.calm();
    await this.doors.close();
    await this.pubsub.stop();
    await this.storage.stop();
    await this.bigquery.stop();
  }

  /** Pub/Sub, whose streams of messages are known. */
  private cuttable(): Service {
    const { pubsub } = this;
    return {
      name: pubsub.name,
      resources: pubsub.resources,
      grpc: (caller) =>
        pubsub
          .grpc(caller)
          .map((method) => (method.path.endsWith("/StreamingPull") ? this.known(method, caller) : method)),
      stop: () => pubsub.stop(),
    };
  }

  private known(method: GrpcMethod, { member }: Caller): GrpcMethod {
    const open = method.handle as (stream: Stream) => void;
    const streams = this.streams.get(member) ?? new Set<Stream>();
    this.streams.set(member, streams);
    const handle = (stream: Stream): void => {
      streams.add(stream);
      for (const event of ["cancelled", "close", "error", "end"]) stream.on(event, () => streams.delete(stream));
      open(stream);
    };
    return { ...method, handle: handle as UntypedHandleCall };
  }
}
