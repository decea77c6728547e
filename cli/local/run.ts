import type { LocalCloud } from "../../local/cloud";
import type { Journey } from "../../local/console/journey";
import type { Source } from "../../local/console/source";

export interface LocalOptions {
  /** A number of clicks; true for clicks without an end. */
  readonly simulate?: number | true;
  readonly rate?: number;
  readonly malformed?: number;
  readonly seed?: number;
  readonly untilDrained?: true;
  /** Jobs, by name. */
  readonly run?: readonly string[];
  /** Variables of theirs: NAME=value. */
  readonly env?: readonly string[];
  /** Files that become objects first: file=gs://bucket/object. */
  readonly put?: readonly string[];
  readonly json?: true;
  readonly state?: string;
  readonly synthesized?: string;
  readonly port?: number;
  /** A file. */
  readonly faults?: string;
}

/** A stack that runs here, and what it was asked for. */
export interface LocalRun {
  readonly cloud: LocalCloud;
  readonly source: Source;
  readonly journey: Journey;
  readonly options: LocalOptions;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
}
