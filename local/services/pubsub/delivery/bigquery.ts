import { CloudError } from "../../../errors";
import type { Caller, Host, TableWriter } from "../../../service";
import { agentOf } from "../agent";
import { type BigQueryConfig, BigQueryState, type SchemaSettings } from "../api/messages";
import type { Delivery } from "../delivery";
import type { Subscription } from "../subscription";
import type { DeliveryKind } from "./kind";
import { Pause } from "./pause";
import { NoRow, type Row, type RowSchemas, RowWriter } from "./rows";

export interface BigQueryWorld {
  readonly host: Pick<Host, "access" | "clock" | "log" | "projectNumber">;
  readonly tables: TableWriter;
  readonly schemas: RowSchemas;
  /** The schema of a topic, where it has one. */
  readonly schemaOf: (topic: string) => SchemaSettings | undefined;
}

/** One write takes at most so much. */
const ROWS = 1_000;
const BYTES = 5 * 1024 * 1024;

interface Pending {
  readonly delivery: Delivery;
  readonly lease: number;
  readonly row: Row;
}

/** Writes messages into a table, a batch at a time, as Pub/Sub's service agent. */
export class BigQueryDelivery implements DeliveryKind {
  readonly severalOfOneKey = true;
  private readonly config: BigQueryConfig;
  private readonly caller: Caller;
  private readonly pause: Pause;
  private busy = false;
  /** Rows of the present batch that are in the table. */
  private accepted = 0;
  private writing = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly subscription: Subscription,
    private readonly world: BigQueryWorld,
    private readonly wake: () => void,
  ) {
    this.config = subscription.config.bigqueryConfig as BigQueryConfig;
    this.caller = writerOf(this.config, world.host);
    this.pause = new Pause(world.host.clock, wake);
    subscription.join(this);
  }

  offer(): number {
    if (this.busy || this.pause.isOn) return 0;
    const leaseSeconds = this.subscription.config.ackDeadlineSeconds;
    const taken = this.subscription.take(this, { messages: ROWS, bytes: BYTES, leaseSeconds });
    if (taken.length > 0) this.writing = this.write(taken);
    return taken.length;
  }

  released(): void {}

  end(): void {
    this.pause.stop();
  }

  retire(): void {
    this.subscription.leave(this);
    this.end();
  }

  idle(): Promise<void> {
    return this.writing;
  }

  stop(): void {
    this.retire();
    this.stopped = true;
  }

  private async write(taken: readonly Delivery[]): Promise<void> {
    this.busy = true;
    this.accepted = 0;
    await this.append(this.rowsOf(taken));
    // Some rows that do not fit do not stop the others; when nothing at all gets through, the table may need time.
    if (this.accepted > 0) this.pause.success();
    else if (!this.stopped) this.pause.failure();
    this.busy = false;
    this.wake();
  }

  /** Messages that cannot be rows are given back at once. */
  private rowsOf(taken: readonly Delivery[]): Pending[] {
    const rows: Pending[] = [];
    try {
      const columns = this.world.tables.columns(tableOf(this.config));
      const schema = this.world.schemaOf(this.subscription.config.topic);
      const writer = new RowWriter(this.subscription.name, this.config, columns, schema, this.world.schemas);
      for (const delivery of taken) {
        try {
          rows.push({ delivery, lease: delivery.lease, row: writer.row(delivery.message) });
        } catch (error) {
          if (!(error instanceof NoRow)) throw error;
          this.refuse(delivery, delivery.lease, error.message);
        }
      }
    } catch (error) {
      this.fail(
        taken.map((delivery) => ({ delivery, lease: delivery.lease, row: {} })),
        error,
      );
      return [];
    }
    return rows;
  }

  /** A refused batch is halved until the rows that do not fit stand alone. */
  private async append(rows: readonly Pending[]): Promise<void> {
    if (rows.length === 0) return;
    try {
      await this.world.tables.append(
        this.caller,
        tableOf(this.config),
        rows.map(({ row }) => row),
      );
    } catch (error) {
      if (this.stopped) return;
      const misfit = error instanceof CloudError && error.code === "INVALID_ARGUMENT";
      if (!misfit) return this.fail(rows, error);
      const [first] = rows as [Pending];
      if (rows.length === 1) return this.refuse(first.delivery, first.lease, error.message);
      const middle = Math.ceil(rows.length / 2);
      await this.append(rows.slice(0, middle));
      return this.append(rows.slice(middle));
    }
    if (this.stopped) return;
    this.accepted += rows.length;
    this.subscription.problem = undefined;
    for (const { delivery, lease } of rows) this.subscription.acknowledge({ message: delivery.message.id, lease });
  }

  /** The table is not there, or not ours to write: for every message. */
  private fail(rows: readonly Pending[], error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.report(error instanceof CloudError ? error.code : "INTERNAL", reason);
    for (const { delivery, lease } of rows) if (delivery.lease === lease) this.subscription.fail(delivery, reason);
  }

  /** This one message does not fit. */
  private refuse(delivery: Delivery, lease: number, reason: string): void {
    if (delivery.lease === lease) this.subscription.fail(delivery, reason);
  }

  private report(code: string, reason: string): void {
    const state = code === "PERMISSION_DENIED" ? BigQueryState.permissionDenied : BigQueryState.notFound;
    if (this.subscription.problem?.reason === reason) return;
    this.subscription.problem = { state, reason };
    this.world.host.log({
      severity: "WARNING",
      source: "pubsub",
      message: `${this.subscription.name}: nothing can be written to ${this.config.table}: ${reason}`,
    });
  }
}

/** Who writes: the account that the subscription names, or Pub/Sub's service agent. */
export function writerOf(config: BigQueryConfig, host: Pick<Host, "projectNumber">): Caller {
  return config.serviceAccountEmail === "" ? agentOf(host) : { member: `serviceAccount:${config.serviceAccountEmail}` };
}

/** project.dataset.table of "project.dataset.table" or "project:dataset.table". */
export function tableOf({ table }: BigQueryConfig): string {
  return table.replace(":", ".");
}
