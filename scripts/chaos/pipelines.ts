/** What runs while everything around it breaks: a window of each kind, with late data, and a count and a sum by key. */
import {
  afterCount,
  afterProcessingTime,
  afterWatermark,
  count,
  fixed,
  integer,
  type Pipeline,
  paneTiming,
  pipeline,
  schema,
  sessions,
  sliding,
  string,
  sum,
  timestamp,
  windowEnd,
  windowStart,
} from "../../pipeline";

const Click = schema("click", { user: string(), points: integer(), at: timestamp() });

/** What a publisher sends. */
export interface Click {
  readonly user: string;
  readonly points: number;
  /** RFC 3339. */
  readonly at: string;
}

/** A pane as its table has it. */
export interface PaneRow {
  readonly user: string;
  readonly window_start: string;
  readonly window_end: string;
  readonly timing: string;
  readonly clicks: number;
  readonly points: number;
}

/** How much later than its publication, in event time, a click may be published. */
export const LATEST = 90_000;

/** The gap of the sessions: users pause for longer than this now and then. */
export const GAP = 6_000;

const groups = { window_start: windowStart(), window_end: windowEnd(), timing: paneTiming() };
const totals = { clicks: count(), points: sum("points") };
/** What the latest click, the longest pause and an outage come to, several times over: nothing is dropped. */
const lateness = { allowedLateness: "20m", accumulation: "discarding" } as const;
const late = afterCount(1);

export const pipelines: readonly Pipeline[] = [
  pipeline("fixed", { clicks: Click }, ({ clicks }) => ({
    panes: clicks
      .eventTime("at", { maxDelay: "10s" })
      .window(fixed("30s"), { trigger: afterWatermark({ early: afterProcessingTime("8s"), late }), ...lateness })
      .groupBy("user")
      .aggregate({ ...groups, ...totals }),
  })),
  pipeline("sliding", { clicks: Click }, ({ clicks }) => ({
    panes: clicks
      .eventTime("at", { maxDelay: "10s" })
      .window(sliding("60s", { every: "20s" }), { trigger: afterWatermark({ late }), ...lateness })
      .groupBy("user")
      .aggregate({ ...groups, ...totals }),
  })),
  pipeline("sessions", { clicks: Click }, ({ clicks }) => ({
    panes: clicks
      .eventTime("at", { maxDelay: "10s" })
      .window(sessions({ gap: "6s" }), { trigger: afterWatermark({ early: afterCount(5), late }), ...lateness })
      .groupBy("user")
      .aggregate({ ...groups, ...totals }),
  })),
];

const column = (name: string, type: string) => ({ name, type, mode: "REQUIRED" });

/** Of a table of panes. */
export const paneColumns = [
  column("user", "STRING"),
  column("window_start", "TIMESTAMP"),
  column("window_end", "TIMESTAMP"),
  column("timing", "STRING"),
  column("clicks", "INTEGER"),
  column("points", "INTEGER"),
];
