import type { ProcessorReport, ProcessorStatus } from "../contract";
import type { Log } from "../../../runtime/log";
import type { Parts } from "./parts";

/** Milliseconds between two reports. */
const EVERY = 60_000;

/** What has been counted so far. */
interface Counts {
  readonly messages: number;
  readonly duplicates: number;
  readonly late: number;
  readonly errors: number;
}

/** A line a minute of how it goes: what dashboards and alerts are made of where nobody asks for the status. */
export class Report {
  private last: number;
  /** Undefined until the first look. */
  private before: Counts | undefined;

  constructor(
    private readonly log: Log,
    now: number,
  ) {
    this.last = now;
  }

  tell(now: number, statusNow: () => ProcessorStatus, { work, checkpointer }: Parts, memoryShort: boolean): void {
    const due = now - this.last >= EVERY;
    if (!due && this.before !== undefined) return;
    const status = statusNow();
    const { pipeline, unwritten, unacknowledged, watermark } = status;
    const counts = countsOf(status);
    // What an earlier process counted is nothing new.
    const before = this.before ?? counts;
    this.before ??= counts;
    if (!due) return;
    this.last = now;
    this.before = counts;
    const report: ProcessorReport = {
      kind: "report",
      pipeline,
      unwritten,
      unacknowledged,
      newMessages: counts.messages - before.messages,
      newDuplicates: counts.duplicates - before.duplicates,
      newLate: counts.late - before.late,
      newErrors: counts.errors - before.errors,
      openGroups: work.engine.openGroups,
      messageIds: work.messageIds,
      checkpointMilliseconds: checkpointer.took,
      checkpointBytes: checkpointer.size,
      memoryShort: Number(memoryShort),
      ...(watermark !== null && { watermarkAgeSeconds: Math.round((now - Date.parse(watermark)) / 1_000) }),
    };
    this.log("INFO", `${pipeline}: ${counts.messages} messages so far, ${unwritten} rows to write`, { ...report });
  }
}

const countsOf = ({ messages, duplicates, late, errors }: ProcessorStatus): Counts => ({
  messages,
  duplicates,
  late,
  errors: Object.values(errors).reduce((sum, count) => sum + count, 0),
});
