/**
 * The seam of the local cloud. A service knows some Terraform resource types and answers Google's own
 * clients over gRPC and HTTP. It knows a stack only by its synthesized JSON, and other services only by
 * the interfaces here.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { GrpcMethod } from "./grpc";

/** Time, injected: tests move it by hand. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `task` once, `delay` milliseconds from now; the returned function takes it back. */
  after(delay: number, task: () => void): () => void;
}

/** Who asks. Every workload reaches the cloud by a door of its own, and the door is its identity. */
export interface Caller {
  /** "serviceAccount:name@project.iam.gserviceaccount.com", or "user:you" for the person at the laptop. */
  readonly member: string;
}

/** A resource of the stack, as it stands in cdk.tf.json, its references resolved. Keys are Terraform's. */
export interface StackResource {
  /** google_pubsub_topic.dj-pubsub-topic */
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly config: { readonly [argument: string]: unknown };
}

/** What Terraform knows of a resource after it was applied: what other resources refer to. */
export interface Attributes {
  readonly [attribute: string]: unknown;
}

export interface ResourceType {
  /** google_pubsub_topic; of a data source data.google_project */
  readonly type: string;
  /**
   * Makes the resource so, or brings the one that is there (a run with kept state) to this configuration.
   * @returns the computed attributes; the configured ones are added by the caller.
   * @throws CloudError as Google would refuse at apply.
   */
  apply(resource: StackResource): Attributes | Promise<Attributes>;
}

/** A right given by an IAM member resource. */
export interface Grant {
  readonly role: string;
  readonly member: string;
  /** Full name without a scheme: pubsub.googleapis.com/projects/P/topics/T. A project: cloudresourcemanager.googleapis.com/projects/P. */
  readonly on: string;
  /** The address of the resource that gives it. */
  readonly address: string;
}

/** An access that was refused, in the words that are shown. */
export interface Denial {
  readonly member: string;
  readonly permission: string;
  readonly resource: string;
  /** Roles that would give it, the narrowest first. */
  readonly roles: readonly string[];
}

export interface Access {
  give(grant: Grant): void;
  /** @throws CloudError PERMISSION_DENIED that names the identity, the permission, the resource and a role that has it. */
  check(caller: Caller, permission: string, resource: string): void;
  allows(caller: Caller, permission: string, resource: string): boolean;
  readonly grants: readonly Grant[];
  /** Every different refusal so far, first seen first. */
  readonly denials: readonly Denial[];
}

export interface LogEntry {
  readonly severity: "DEBUG" | "INFO" | "WARNING" | "ERROR";
  /** Who says it: a service ("pubsub") or a workload ("dj-run-service-proxy"). */
  readonly source: string;
  readonly message: string;
  readonly [more: string]: unknown;
}

/** What every service is given. */
export interface Host {
  readonly project: string;
  readonly projectNumber: string;
  readonly region: string;
  readonly clock: Clock;
  readonly access: Access;
  readonly log: (entry: LogEntry) => void;
  /** A folder of the service's own for its state; it exists. The same one again after a restart with kept state. */
  folder(service: string): string;
  /** The door of an identity: made on first use, kept until the cloud stops. */
  door(caller: Caller): Promise<Door>;
}

/** Where one identity reaches the cloud. */
export interface Door {
  /** host:port of all gRPC services. */
  readonly grpc: string;
  /** http://host:port of all HTTP services, of the metadata server too. */
  readonly http: string;
  /** What Google's client libraries and our images read: PUBSUB_EMULATOR_HOST, BIGQUERY_EMULATOR_HOST, STORAGE_EMULATOR_HOST, GCE_METADATA_HOST ... */
  readonly environment: { readonly [name: string]: string };
}

export interface HttpRoute {
  /** Requests whose path starts so are its. The longest prefix wins. */
  readonly prefix: string;
  handle(request: IncomingMessage, response: ServerResponse): void | Promise<void>;
}

export interface Service {
  /** As in the emulator's variables: "pubsub", "bigquery", "storage", "run". */
  readonly name: string;
  readonly resources: readonly ResourceType[];
  /** Its gRPC methods, answering this caller. */
  grpc?(caller: Caller): readonly GrpcMethod[];
  /** Its HTTP routes, answering this caller. */
  http?(caller: Caller): readonly HttpRoute[];
  /** After every resource of the stack was applied: deliveries begin, processes start. */
  start?(): Promise<void>;
  /**
   * Before processes are told to stop: ends what it begins by itself (pushes, writes, schedules) and goes on answering.
   * Otherwise what is delivered to a process that leaves counts as a failed delivery.
   */
  quiesce?(): Promise<void>;
  /** What is happening, by resource address: counters ("published", "rows") and gauges ("backlog"), for the console and the command line. */
  counters?(): Counters;
  /** Leaves nothing behind but the state in its folder. */
  stop(): Promise<void>;
}

export interface Counters {
  readonly [address: string]: { readonly [counter: string]: number };
}

/** Rows into tables, for whoever delivers them: a BigQuery subscription. */
export interface TableWriter {
  /**
   * At least once, as a default stream.
   * @param table project.dataset.table
   * @throws CloudError NOT_FOUND, PERMISSION_DENIED, or INVALID_ARGUMENT with the reason a row does not fit.
   */
  append(caller: Caller, table: string, rows: readonly { readonly [column: string]: unknown }[]): Promise<void>;
  /** The table's columns, BigQuery's own form. */
  columns(table: string): readonly { readonly name: string; readonly type: string; readonly mode?: string }[];
}

/** Signed identity tokens, and their check. */
export interface Tokens {
  /** As Google signs them for a service account: iss, aud, email, sub, exp. */
  identity(email: string, audience: string): string;
  /** @returns the e-mail and the audience of a token that is signed here and has not ended, else undefined. */
  verify(token: string): { readonly email: string; readonly audience: string } | undefined;
}
