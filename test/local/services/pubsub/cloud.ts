/** The whole service over a host moved by hand: a stack's resources, an endpoint that answers when told, tables in memory. */
import { CloudError } from "../../../../local/errors";
import type { Attributes, Caller, TableWriter, Tokens } from "../../../../local/service";
import { PubSub } from "../../../../local/services/pubsub/pubsub";
import { type FakeHost, fakeHost, type HandClock, you } from "../../support/host";

export const agent = "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com";
export const topicPath = (id: string): string => `pubsub.googleapis.com/projects/acme-dev/topics/${id}`;
export const subscriptionPath = (id: string): string => `pubsub.googleapis.com/projects/acme-dev/subscriptions/${id}`;

/** Lets everything that waits for the end of a turn happen, until the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000; turn++) {
    if (condition()) return;
    await new Promise((resolve) => void setImmediate(resolve));
  }
  throw new Error(`it did not come to this in 1,000 turns: ${condition.toString()}`);
}

/** Lets happen what can happen without time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => void setImmediate(resolve));
}

interface Posted {
  readonly url: string;
  readonly headers: Headers;
  readonly body: Buffer;
  answer(status: number): void;
  break(reason: string): void;
}

/** Whoever is pushed to. Requests stay open until they are answered, and can be cut off. */
class Endpoint {
  readonly open: Posted[] = [];
  readonly all: Posted[] = [];
  /** Whether requests go where they are sent to. */
  passes = false;
  /** Answers at once, where it is set. */
  status: number | undefined;

  readonly fetch = (url: string | URL | Request, init: RequestInit = {}): Promise<Response> =>
    this.passes ? globalThis.fetch(url, init) : this.keep(url, init);

  private keep(url: string | URL | Request, init: RequestInit): Promise<Response> {
    return new Promise((resolve, reject) => {
      const posted: Posted = {
        url: url instanceof Request ? url.url : url.toString(),
        headers: new Headers(init.headers),
        body: Buffer.from(init.body as string),
        answer: (status) => {
          this.open.splice(this.open.indexOf(posted), 1);
          resolve(new Response(status === 204 ? null : "", { status }));
        },
        break: (reason) => {
          this.open.splice(this.open.indexOf(posted), 1);
          reject(new TypeError("fetch failed", { cause: new Error(reason) }));
        },
      };
      init.signal?.addEventListener("abort", () => posted.break("aborted"));
      this.open.push(posted);
      this.all.push(posted);
      if (this.status !== undefined) posted.answer(this.status);
    });
  }

  async next(): Promise<Posted> {
    const before = this.all.length;
    await until(() => this.all.length > before || this.open.length > 0);
    return this.open.at(-1) ?? (this.all.at(-1) as Posted);
  }
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
}
interface Row {
  readonly [column: string]: unknown;
}

/** Tables in memory. They refuse what BigQuery refuses: unknown columns, missing values, text for a number. */
export class Tables implements TableWriter {
  readonly rows = new Map<string, Row[]>();
  readonly batches: number[] = [];
  private readonly schemas = new Map<string, readonly Column[]>();
  /** Thrown by the next write. */
  broken: CloudError | undefined;

  create(table: string, columns: readonly Column[]): void {
    this.schemas.set(table, columns);
    this.rows.set(table, []);
  }

  drop(table: string): void {
    this.schemas.delete(table);
  }

  columns(table: string): readonly Column[] {
    const columns = this.schemas.get(table);
    if (columns === undefined) throw new CloudError("NOT_FOUND", `Not found: Table ${table}`);
    return columns;
  }

  async append(caller: Caller, table: string, rows: readonly Row[]): Promise<void> {
    await Promise.resolve();
    if (this.broken !== undefined) throw this.broken;
    for (const row of rows) check(this.columns(table), row);
    this.batches.push(rows.length);
    this.rows.get(table)?.push(...rows.map((row) => ({ ...row, _by: caller.member })));
  }
}

function check(columns: readonly Column[], row: Row): void {
  for (const [name, value] of Object.entries(row)) {
    const column = columns.find((one) => one.name === name);
    if (column === undefined) throw new CloudError("INVALID_ARGUMENT", `no such field: ${name}`);
    if (column.type === "INTEGER" && !/^-?\d+$/.test(String(value))) {
      throw new CloudError("INVALID_ARGUMENT", `${name}: ${JSON.stringify(value)} is not an INTEGER`);
    }
  }
  const missing = columns.find(({ name, mode }) => mode === "REQUIRED" && (row[name] ?? null) === null);
  if (missing !== undefined) throw new CloudError("INVALID_ARGUMENT", `${missing.name} is REQUIRED and missing`);
}

/** Tokens that say what they are. */
const tokens: Tokens = {
  identity: (email, audience) => `${email} for ${audience}`,
  verify(token) {
    const [email = "", audience = ""] = token.split(" for ");
    return { email, audience };
  },
};

export interface Cloud {
  readonly host: FakeHost;
  readonly clock: HandClock;
  readonly endpoint: Endpoint;
  readonly tables: Tables;
  readonly pubsub: PubSub;
  apply(type: string, config: { readonly [argument: string]: unknown }): Promise<Attributes>;
  publish(
    data: string,
    options?: { topic?: string; key?: string; attributes?: { [key: string]: string } },
  ): Promise<void>;
  /** What a subscription holds, oldest first. */
  held(subscription: string): string[];
  counters(address: string): { readonly [counter: string]: number };
  warnings(): string[];
  /** Stops and starts again over the same state; the stack is to be applied again. */
  restart(): Promise<Cloud>;
  close(): Promise<void>;
}

export function cloud(before?: { readonly host: FakeHost; readonly clock: HandClock; readonly tables: Tables }): Cloud {
  const first = before?.host ?? fakeHost();
  const host = before === undefined ? first : fakeHost({ state: first.state, clock: before.clock });
  const endpoint = new Endpoint();
  const tables = before?.tables ?? new Tables();
  const pubsub = new PubSub(host, { tables, tokens, fetch: endpoint.fetch });
  return {
    host,
    clock: host.clock,
    endpoint,
    tables,
    pubsub,
    async apply(type, config) {
      const kind = pubsub.resources.find((one) => one.type === type);
      if (kind === undefined) throw new Error(`nothing applies ${type}`);
      const name = String(config.name ?? config.role);
      return kind.apply({ address: `${type}.${name}`, type, name, config });
    },
    async publish(data, { topic = "clicks", key = "", attributes = {} } = {}) {
      const message = { data: Buffer.from(data), orderingKey: key, attributes };
      await pubsub.publish(`projects/acme-dev/topics/${topic}`, [message], you);
    },
    held: (id) => pubsub.peek(`projects/acme-dev/subscriptions/${id}`).map(({ data }) => Buffer.from(data).toString()),
    counters: (address) => pubsub.counters()[address] ?? {},
    warnings: () => host.logged.filter(({ severity }) => severity === "WARNING").map(({ message }) => message),
    async restart() {
      await pubsub.stop();
      return cloud({ host: first, clock: host.clock, tables });
    },
    async close() {
      await pubsub.stop();
      await host.close();
      if (first !== host) await first.close();
    },
  };
}
