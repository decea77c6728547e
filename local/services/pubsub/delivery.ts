import type { CloudError } from "../../errors";
import { Timed } from "./deadlines";
import type { StoredMessage } from "./message";

/** Whoever takes messages from a subscription: a stream, a pull, a push window, a writer of rows. */
export interface Consumer {
  /**
   * May it be given more messages of an ordering key while it holds some? Else the next one comes after the last
   * was acknowledged. False once it takes nothing any more.
   */
  readonly severalOfOneKey: boolean;
  /**
   * There are messages: take some.
   * @param share how many at most, so that others get some too
   * @returns how many it took
   */
  offer(share: number): number;
  /** The lease of a message that it held is over, whichever way. */
  released(delivery: Delivery): void;
  /** The subscription is gone, or is delivered in another way: nothing will be offered any more. */
  end(reason: CloudError): void;
}

/** One message on its way through one subscription. */
export class Delivery extends Timed {
  /**
   * available: can be handed out. held: behind an earlier message of its ordering key.
   * leased: with a consumer until `due`. waiting: backs off until `due`. gone: acknowledged or forwarded.
   */
  state: "available" | "held" | "leased" | "waiting" | "gone" = "available";
  /** Times that it was handed out, the present one included. */
  attempts = 0;
  /** Number of the present lease; 0 without one. Numbers are never used again. */
  lease = 0;
  holder: Consumer | undefined;

  constructor(
    readonly message: StoredMessage,
    /** Acknowledgements of older leases are not meant for it: they were given out before a seek. */
    readonly oldestLease = 0,
  ) {
    super();
  }
}
