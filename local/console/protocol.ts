/** What the server of the console tells its page: over server-sent events, and as JSON. */
import type { ProcessorState } from "../../pipeline-images/stream-processor/contract";
import type { Denial } from "../service";
import type { StackView } from "../view";
import type { Drawing } from "./drawing";
import type { Figure } from "./figures";
import type { Totals } from "./snapshot";

/** Event `journey`: once, when the page connects. What does not change while it runs. */
export interface JourneyMessage {
  readonly stack: StackView;
  readonly startedAt: number;
  readonly drawing: Drawing;
  /** Tables and views, by address. */
  readonly tables: readonly Named[];
  /** What the stack has and a laptop does not run, with the reason. */
  readonly notHere: readonly { readonly address: string; readonly reason: string }[];
  /** What points Google's own tools here. */
  readonly environment: { readonly [name: string]: string };
}

export interface Named {
  readonly address: string;
  readonly label: string;
}

/** Event `tick`: every second. */
export interface TickMessage {
  readonly at: number;
  readonly totals: Totals;
  /** By the node's address. */
  readonly figures: { readonly [address: string]: readonly Figure[] };
  /** What went over each edge so far, in the order of the drawing; null where nothing counts it. */
  readonly flows: readonly (number | null)[];
  readonly workloads: readonly WorkloadMessage[];
  readonly denials: readonly Denial[];
}

export interface WorkloadMessage extends Named {
  readonly kind: "service" | "worker-pool" | "job";
  readonly identity: string;
  readonly url: string | undefined;
  readonly processes: readonly {
    readonly state: string;
    readonly pid: number | undefined;
    readonly restarts: number;
    readonly lastExit: string | undefined;
    readonly controlUrl: string | undefined;
  }[];
  readonly pipeline: PipelineMessage | undefined;
}

/** How a stream processor is, as it says. */
export interface PipelineMessage {
  readonly name: string;
  readonly state: string;
  readonly watermark: string | null;
  readonly late: number;
  readonly unwritten: number;
  readonly problem: string | null;
  /** What only some processors say. */
  readonly detail: Pick<ProcessorState, "memory" | "steps" | "refused" | "checkpoints" | "outputs"> | undefined;
}

/** Event `log`: as it is said; the newest 200 when the page connects. */
export interface LogMessage {
  readonly at: number;
  readonly severity: string;
  readonly source: string;
  readonly message: string;
}

/** `GET /rows?table=<address>` */
export interface RowsMessage {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** `GET /dead-letters`: newest first. */
export type DeadLettersMessage = readonly DeadLetterMessage[];
export interface DeadLetterMessage {
  readonly id: string;
  readonly at: number;
  /** Who set it aside: a pipeline, or the subscription that could not deliver. */
  readonly by: string;
  readonly reason: string;
  readonly payload: string;
  readonly attributes: { readonly [name: string]: string };
}
