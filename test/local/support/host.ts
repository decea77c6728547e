/** A host for one service alone: time moved by hand, rights by a list, real sockets where they are asked for. */
import { mkdtempSync, mkdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudError } from "../../../local/errors";
import { serveGrpc } from "../../../local/grpc";
import type { Access, Caller, Clock, Denial, Door, Grant, Host, LogEntry, Service } from "../../../local/service";

/** The person at the laptop, who may do everything. */
export const you: Caller = { member: "user:you" };

/** Time stands still until it is moved; then what is due runs in order, each at its own time. */
export class HandClock implements Clock {
  private tasks: { readonly at: number; readonly task: () => void }[] = [];

  constructor(private time = Date.UTC(2024, 4, 6, 12)) {}

  now(): number {
    return this.time;
  }

  after(delay: number, task: () => void): () => void {
    const entry = { at: this.time + delay, task };
    this.tasks.push(entry);
    return () => {
      this.tasks = this.tasks.filter((one) => one !== entry);
    };
  }

  /** Moves time on by `millis`. */
  advance(millis: number): void {
    const until = this.time + millis;
    for (;;) {
      const due = this.tasks.filter((one) => one.at <= until).toSorted((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.tasks = this.tasks.filter((one) => one !== due);
      this.time = Math.max(this.time, due.at);
      due.task();
    }
    this.time = until;
  }

  /** Tasks that wait for their time. */
  get waiting(): number {
    return this.tasks.length;
  }
}

/** What {@link you} ask for is allowed; of others only what the list says. */
class ListedAccess implements Access {
  readonly grants: Grant[] = [];
  readonly denials: Denial[] = [];
  private readonly allowed = new Set<string>();

  /** On the resource, and on what lies below it. */
  allow(member: string, permission: string, resource: string): this {
    this.allowed.add(`${member} ${permission} ${resource}`);
    return this;
  }

  revoke(member: string, permission: string, resource: string): this {
    this.allowed.delete(`${member} ${permission} ${resource}`);
    return this;
  }

  give(grant: Grant): void {
    this.grants.push(grant);
  }

  allows(caller: Caller, permission: string, resource: string): boolean {
    if (caller.member === you.member) return true;
    for (let at = resource; ; at = at.slice(0, at.lastIndexOf("/"))) {
      if (this.allowed.has(`${caller.member} ${permission} ${at}`)) return true;
      if (!at.includes("/")) return false;
    }
  }

  check(caller: Caller, permission: string, resource: string): void {
    if (this.allows(caller, permission, resource)) return;
    this.denials.push({ member: caller.member, permission, resource, roles: [] });
    throw new CloudError("PERMISSION_DENIED", `${caller.member} lacks ${permission} on ${resource}`);
  }
}

export interface FakeHost extends Host {
  readonly clock: HandClock;
  readonly access: ListedAccess;
  readonly logged: LogEntry[];
  /** Where the state is: hand it to another host to see it after a restart. */
  readonly state: string;
  /** Serves a service to a caller over real sockets. */
  serve(service: Service, caller?: Caller): Promise<Door>;
  /** Closes the sockets and, unless it was given, removes the state. */
  close(): Promise<void>;
}

export function fakeHost(options: { readonly state?: string; readonly clock?: HandClock } = {}): FakeHost {
  const state = options.state ?? mkdtempSync(join(tmpdir(), "journey-test-"));
  const clock = options.clock ?? new HandClock();
  const logged: LogEntry[] = [];
  const open: (() => Promise<void>)[] = [];
  const doors = new Map<string, Door>();
  return {
    project: "acme-dev",
    projectNumber: "123456789012",
    region: "europe-west1",
    clock,
    access: new ListedAccess(),
    logged,
    state,
    log: (entry) => void logged.push(entry),
    folder(service) {
      const folder = join(state, service);
      mkdirSync(folder, { recursive: true });
      return folder;
    },
    door(caller) {
      const door = doors.get(caller.member);
      if (door === undefined) throw new Error(`nothing is served to ${caller.member}`);
      return Promise.resolve(door);
    },
    async serve(service, caller = you) {
      const grpc = await serveGrpc(service.grpc?.(caller) ?? []);
      const http = await serveHttp(service, caller);
      open.push(
        () => grpc.stop(),
        () => http.stop(),
      );
      const door: Door = { grpc: grpc.address, http: http.url, environment: {} };
      doors.set(caller.member, door);
      return door;
    },
    async close() {
      await Promise.all(open.map((stop) => stop()));
      if (options.state === undefined) rmSync(state, { recursive: true, force: true });
    },
  };
}

async function serveHttp(service: Service, caller: Caller): Promise<{ url: string; stop(): Promise<void> }> {
  const routes = (service.http?.(caller) ?? []).toSorted((a, b) => b.prefix.length - a.prefix.length);
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0] ?? "/";
    const route = routes.find(({ prefix }) => path.startsWith(prefix));
    if (route === undefined) {
      response.writeHead(404).end(`nothing answers ${path}`);
      return;
    }
    Promise.resolve(route.handle(request, response)).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
