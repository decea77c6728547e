import type { Consumer } from "../delivery";

/** A way in which Pub/Sub itself delivers a subscription's messages, when nobody pulls them. */
export interface DeliveryKind extends Consumer {
  /** Takes no more; what is under way is finished. */
  retire(): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  /** Takes no more; what is under way is cut off. */
  stop(): void;
}

/** Of all deliveries of a subscription so far, in whichever way. */
export interface DeliveryCounters {
  pushOk: number;
  pushFailed: number;
}
