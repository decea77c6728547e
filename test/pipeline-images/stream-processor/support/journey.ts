/** A pipeline with a windowed and a row-wise output, and all that is around a processor that runs it. */
import {
  afterCount,
  afterProcessingTime,
  afterWatermark,
  count,
  fixed,
  integer,
  pipeline,
  schema,
  string,
  sum,
  timestamp,
  windowStart,
} from "../../../../pipeline";
import type { InputBinding } from "../../../../pipeline/bindings";
import type { AnyRow } from "../../../../pipeline/schema/row";
import type { Clock } from "../../../../runtime/clock";
import { Processor } from "../../../../pipeline-images/stream-processor/processor/processor";
import type { PullSettings } from "../../../../pipeline-images/stream-processor/processor/settings";
import { type Tracer, untraced } from "../../../../pipeline-images/stream-processor/processor/telemetry/tracer";
import { SimulatedBucket } from "./bucket";
import { SimulatedFiles } from "./files";
import { SimulatedBigtable, SimulatedDocuments } from "./keyed";
import { roomy } from "./memory";
import { SimulatedSubscription, SimulatedTopics } from "./pubsub";
import { goodNetwork, type Network, SimulatedProcess, type Simulation } from "./simulation";
import { SimulatedTables } from "./tables";

const Click = schema("click", { user: string(), name: string(), points: integer(), at: timestamp() });

export const clicksPipeline = pipeline("clicks", { clicks: Click.withMetadata() }, ({ clicks }) => ({
  activity: clicks
    .eventTime("at", { maxDelay: "10s" })
    .filter((click) => click.name !== "ping")
    .window(fixed("1m"), {
      trigger: afterWatermark({ early: afterProcessingTime("20s"), late: afterCount(1) }),
      allowedLateness: "5m",
      accumulation: "discarding",
    })
    .groupBy("user")
    .aggregate({ window_start: windowStart(), clicks: count(), points: sum("points") }),
  rows: clicks.map({ id: string(), user: string() }, (click) => ({ id: click.message_id, user: click.user })),
}));

export const TABLES = { activity: "acme.games.activity", rows: "acme.games.rows" } as const;
export const path = (table: string): string => table.replace(/^(.+)\.(.+)\.(.+)$/, "projects/$1/datasets/$2/tables/$3");

export class Journey {
  readonly bucket = new SimulatedBucket();
  /** The first of them. */
  readonly subscription: SimulatedSubscription;
  /** What a side input is found to hold when it is read, and where it was read. */
  sideRows: readonly AnyRow[] | Error = [];
  readonly sideReads: InputBinding[] = [];
  private readonly subscriptions = new Map<string, SimulatedSubscription>();
  readonly tables = new SimulatedTables();
  readonly topics = new SimulatedTopics();
  readonly bigtable = new SimulatedBigtable();
  readonly files = new SimulatedFiles();
  readonly documents = new SimulatedDocuments();
  /** What the processors said, and the simulated time. */
  readonly lines: string[] = [];
  /** What Cloud Logging would keep of the lines, beside severity and message. */
  readonly payloads: object[] = [];
  /** The time of the processors, of that of their process. */
  clockOf: (clock: Clock) => Clock = (clock) => clock;
  memory = roomy;
  tracer: Tracer | undefined;
  private starts = 0;

  constructor(
    readonly world: Simulation,
    readonly settings: PullSettings = journeySettings,
  ) {
    this.subscription = this.subscriptionOf(Object.values(settings.subscriptions)[0] ?? "");
  }

  subscriptionOf(name: string): SimulatedSubscription {
    const there = this.subscriptions.get(name) ?? new SimulatedSubscription(this.world, this.settings.lease);
    this.subscriptions.set(name, there);
    return there;
  }

  /** Starts a processor in a process of its own. */
  start(network: Network = goodNetwork, settings: Partial<PullSettings> = {}) {
    const process = new SimulatedProcess(this.world);
    const processor = new Processor(
      {
        clock: this.clockOf(process.clock),
        store: this.bucket.reachedBy(process, network),
        subscribe: (name) => this.subscriptionOf(name).reachedBy(process, network),
        clients: {
          tables: this.tables.reachedBy(process, network),
          maker: this.tables.madeBy(process, network),
          topics: this.topics.reachedBy(process, network),
          bigtable: this.bigtable.reachedBy(process, network),
          files: (files) => [this.files.reachedBy((work) => process.call(network, work)), files],
          documents: this.documents.reachedBy(process, orderly(network)),
        },
        readSide: (binding) => {
          const rows = this.sideRows;
          this.sideReads.push(binding);
          return rows instanceof Error ? Promise.reject(rows) : Promise.resolve(rows);
        },
        log: (severity, message, more) => {
          this.lines.push(`${severity} ${message}`);
          if (more) this.payloads.push(more);
        },
        random: this.world.random,
        memory: this.memory,
        tracer: this.tracer ?? untraced,
        owner: `owner-${(this.starts += 1)}`,
      },
      { ...this.settings, ...settings },
    );
    void processor.start();
    return { process, processor };
  }

  click(second: number, user: string, points = 1, name = "play"): string {
    return this.subscription.publish({
      user,
      name,
      points,
      at: new Date(this.world.time + second * 1_000).toISOString(),
    });
  }

  async pass(seconds: number): Promise<void> {
    await this.world.run({ until: this.world.time + seconds * 1_000 });
  }

  /** Runs until a promise has come to an end. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let over = false;
    const outcome = promise.finally(() => (over = true));
    await this.world.run({ done: () => over });
    return outcome;
  }
}

/** Nothing that was asked for comes about after its deadline: so Firestore promises, for documents have no order of their own. */
const orderly = (network: Network): Network => ({
  ...network,
  duplicates: 0,
  delay: (world) => Math.min(network.delay(world), network.timeout / 2),
});

export const journeySettings: PullSettings = {
  spec: clicksPipeline.toJSON(),
  subscriptions: { clicks: "projects/acme/subscriptions/clicks" },
  sides: {},
  outputs: { activity: { table: TABLES.activity }, rows: { table: TABLES.rows } },
  errors: "projects/acme/topics/dead-letters",
  checkpointEvery: 1_000,
  heartbeat: 5_000,
  lease: 30_000,
  compactAfter: 1_000,
  mostBytes: 64 * 1024 * 1024,
  mostWaiting: 64 * 1024 * 1024,
};
