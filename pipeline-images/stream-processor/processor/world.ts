import type { Clock } from "../../../runtime/clock";
import type { LogStore } from "../log/store";
import type { Log } from "../../../runtime/log";
import type { Memory } from "./memory";
import type { Tracer } from "./telemetry/tracer";
import type { SinkClients } from "../sinks/clients";
import type { ReadSide } from "./sides";
import type { Subscriber } from "../source/subscriber";

/** Everything around a processor that pulls. */
export interface World {
  readonly clock: Clock;
  readonly store: LogStore;
  /** @param subscription projects/P/subscriptions/S */
  readonly subscribe: (subscription: string) => Subscriber;
  readonly clients: SinkClients;
  readonly readSide: ReadSide;
  readonly log: Log;
  /** A number from 0 to 1. */
  readonly random: () => number;
  readonly memory: Memory;
  readonly tracer: Tracer;
  /** A name that no other start has. */
  readonly owner: string;
}
