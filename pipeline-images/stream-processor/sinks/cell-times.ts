/**
 * Times of cells, in milliseconds since the epoch: they say which of two values is the newer one, in whatever order the
 * two arrive, and they stay the same when a row is sent again.
 */
import type { Clock } from "../../../runtime/clock";
import type { Moment } from "../operators/flow";

/** Told the number of a row's request. */
export type CellTime = (request: number) => number;

/**
 * By the row's position in the log: each request has a later time than those before it, and the clock's wherever that
 * is later. So values are as old as they are, for rules that throw old ones away.
 */
export class TimesInLog {
  private request = -1;

  /** @param latest what any request before had: the clock of a later owner may be behind that of an earlier one */
  constructor(
    private readonly clock: Clock,
    public latest: number,
  ) {}

  readonly of: CellTime = (request) => {
    if (request !== this.request) {
      this.request = request;
      this.latest = Math.max(this.latest + 1, Math.floor(this.clock.now()));
    }
    return this.latest;
  };
}

/** Without a log, by when the message was published that a row comes from. */
export const timesOfMessages =
  (moment: () => Moment): CellTime =>
  () => {
    const { messages, place } = moment();
    // Nothing but a message makes rows where there is no state.
    return messages === undefined ? 0 : messages.publishedAt(place);
  };
