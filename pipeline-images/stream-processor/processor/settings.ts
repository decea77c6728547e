import type { Bound } from "./meaning";

/** What a processor that pulls is told. Times are milliseconds. */
export interface PullSettings extends Bound {
  /** The longest time between two records while there is work. */
  readonly checkpointEvery: number;
  /** A record at least this often; a newcomer takes over after four of them in silence. */
  readonly heartbeat: number;
  readonly lease: number;
  /** State is given up, once under this name. */
  readonly reset?: string | undefined;
  /** What became of rows whose stream is gone. */
  readonly assume?: "written" | "lost" | undefined;
  /** Bytes of messages that are not recorded, and of rows that are not written, at which no more are worked on. */
  readonly mostBytes: number;
  /** Bytes of messages that may wait to be worked on; what comes beyond is left. More than streams have underway. */
  readonly mostWaiting: number;
  /** Records after which the log is compacted, however small they are: a restart reads them all. */
  readonly compactAfter: number;
}
