import type { ProcessorStatus } from "../contract";
import type { Log } from "../../../runtime/log";
import type { Parts } from "./parts";

/** Milliseconds between two reports. */
const EVERY = 60_000;

/** A line a minute of how it goes: what dashboards and alerts are made of where nobody asks for the status. */
export class Report {
  private last: number;

  constructor(
    private readonly log: Log,
    now: number,
  ) {
    this.last = now;
  }

  tell(now: number, statusNow: () => ProcessorStatus, { work, checkpointer }: Parts): void {
    if (now - this.last < EVERY) return;
    this.last = now;
    const status = statusNow();
    const { messages, duplicates, late, errors, unwritten, unacknowledged, watermark } = status;
    this.log("INFO", `${status.pipeline}: ${messages} messages so far, ${unwritten} rows to write`, {
      messages,
      duplicates,
      late,
      errors: Object.values(errors).reduce((sum, count) => sum + count, 0),
      unwritten,
      unacknowledged,
      open_groups: work.engine.openGroups,
      message_ids: work.ids.size,
      checkpoint_ms: checkpointer.took,
      checkpoint_bytes: checkpointer.size,
      ...(watermark !== null && { watermark_lag_seconds: Math.round((now - Date.parse(watermark)) / 1_000) }),
    });
  }
}
