/** One subscription that a processor pulls: its streams, its leases, and what has come of its messages. */
import type { Leases } from "../source/leases";
import type { Subscriber } from "../source/subscriber";
import type { Connection } from "./connection";
import type { SourceWork } from "./source-work";

export interface Source {
  readonly work: SourceWork;
  readonly subscriber: Subscriber;
  readonly leases: Leases;
  readonly connection: Connection;
}
