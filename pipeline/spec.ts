/**
 * A pipeline as data: the one contract between the builder, the engine, the Beam image and the local cloud.
 * `pipeline.toJSON()` writes it; whoever runs a pipeline reads nothing else.
 * Durations are seconds as Google writes them ("60s", "0.5s"); field schemas are BigQuery's.
 */
export const SPEC_VERSION = 1;

export interface PipelineSpec {
  readonly version: typeof SPEC_VERSION;
  readonly name: string;
  readonly inputs: { readonly [name: string]: InputSpec };
  /** In an order in which every step comes after its inputs. */
  readonly steps: readonly StepSpec[];
  /** Output name to what it holds: a step's id, an input's name, or one of them with `#errors`. */
  readonly outputs: { readonly [name: string]: string };
}

export type FieldType =
  | "STRING"
  | "INTEGER"
  | "FLOAT"
  | "NUMERIC"
  | "BOOLEAN"
  | "TIMESTAMP"
  | "DATE"
  | "DATETIME"
  | "TIME"
  | "BYTES"
  | "JSON"
  | "RECORD";
export type FieldMode = "REQUIRED" | "NULLABLE" | "REPEATED";
export type TimestampEncoding = "text" | "epoch-seconds" | "epoch-millis" | "epoch-micros";

/** A field as BigQuery writes it, and how it is read from JSON. */
export interface FieldSpec {
  readonly name: string;
  readonly type: FieldType;
  readonly mode: FieldMode;
  readonly description?: string;
  /** Of a RECORD. */
  readonly fields?: readonly FieldSpec[];
  /** Of a TIMESTAMP that is not read from text. */
  readonly encoding?: TimestampEncoding;
  /** Of an INTEGER that a function sees as text: all 64 bits of it. */
  readonly as?: "text";
  /** The only values a STRING may have. */
  readonly values?: readonly string[];
}

export interface InputSpec {
  readonly kind: "unbounded" | "bounded" | "side";
  /** The schema's name. */
  readonly schema: string;
  readonly fields: readonly FieldSpec[];
  /** Names of the fields that come from the message and not from its data: message_id, publish_time, attributes. */
  readonly metadata?: readonly string[];
  /** Of a side input: what it is looked up by. */
  readonly key?: readonly string[];
  /** Of a side input: how often it is read again. */
  readonly refresh?: string;
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** A user's function: self-contained source of an arrow or function expression, in strict ECMAScript 2023. */
export interface FunctionSpec {
  readonly source: string;
  /** The fields of the row that it reads, where that can be told. */
  readonly reads: readonly string[] | "all";
  /** What it finds as `constants` in its second parameter. */
  readonly constants?: { readonly [name: string]: Json };
  /** Constants that are functions: JSON Pointer (RFC 6901) into `constants` to source. */
  readonly helpers?: { readonly [pointer: string]: string };
}

/** A function that takes no row. */
type RowlessFunctionSpec = Omit<FunctionSpec, "reads">;

export type WindowingSpec =
  | { readonly type: "fixed"; readonly size: string; readonly offset?: string }
  | { readonly type: "sliding"; readonly size: string; readonly every: string; readonly offset?: string }
  | { readonly type: "sessions"; readonly gap: string }
  | { readonly type: "global" };

export type OnceTriggerSpec =
  | { readonly type: "afterProcessingTime"; readonly delay: string }
  | { readonly type: "afterCount"; readonly count: number }
  | { readonly type: "afterAny" | "afterAll"; readonly of: readonly OnceTriggerSpec[] };
export type TriggerSpec =
  | OnceTriggerSpec
  | { readonly type: "afterWatermark"; readonly early?: OnceTriggerSpec; readonly late?: OnceTriggerSpec }
  | { readonly type: "repeatedly"; readonly of: TriggerSpec }
  | { readonly type: "afterEach"; readonly of: readonly TriggerSpec[] };

export type AccumulationSpec = "discarding" | "accumulating";

export type AggregateSpec =
  | { readonly name: string; readonly kind: "count"; readonly field?: string }
  | {
      readonly name: string;
      readonly kind: "countDistinct" | "sum" | "mean" | "min" | "max" | "latest" | "collect";
      readonly field: string;
    }
  | { readonly name: string; readonly kind: "sample"; readonly size: number }
  | { readonly name: string; readonly kind: "windowStart" | "windowEnd" | "paneTiming" }
  | {
      readonly name: string;
      readonly kind: "combine";
      /** The fields that `addInput` takes. */
      readonly input: readonly string[];
      readonly accumulator: readonly FieldSpec[];
      readonly createAccumulator: RowlessFunctionSpec;
      readonly addInput: FunctionSpec;
      readonly mergeAccumulators: RowlessFunctionSpec;
      readonly extractOutput: RowlessFunctionSpec;
    };

interface Step<Kind extends string> {
  /** Stable: the step's `name`, or the first output it leads to and its kind. Its state is found by it. */
  readonly id: string;
  readonly kind: Kind;
  /** The rows that it takes: step ids, input names, or one of them with `#errors`. A side input is not among them. */
  readonly inputs: readonly string[];
  /** The rows it gives, where they are not those of its first input. */
  readonly fields?: readonly FieldSpec[];
}

export type StepSpec =
  | (Step<"eventTime"> & { readonly field: string; readonly maxDelay?: string })
  | (Step<"processingTime"> & { readonly field: string; readonly fields: readonly FieldSpec[] })
  | (Step<"filter"> & { readonly function: FunctionSpec })
  | (Step<"assert"> & { readonly message: string; readonly function: FunctionSpec })
  | (Step<"map" | "flatMap"> & { readonly function: FunctionSpec; readonly fields: readonly FieldSpec[] })
  | (Step<"withFields"> & {
      readonly sets: readonly string[];
      readonly function: FunctionSpec;
      readonly fields: readonly FieldSpec[];
    })
  | (Step<"select"> & { readonly fields: readonly FieldSpec[] })
  | (Step<"rename"> & { readonly names: { readonly [old: string]: string }; readonly fields: readonly FieldSpec[] })
  | Step<"flatten">
  | (Step<"window"> & {
      readonly windowing: WindowingSpec;
      readonly trigger: TriggerSpec;
      readonly allowedLateness: string;
      readonly accumulation: AccumulationSpec;
    })
  | (Step<"aggregate"> & {
      readonly keys?: readonly string[];
      readonly aggregates: readonly AggregateSpec[];
      readonly fields: readonly FieldSpec[];
    })
  | (Step<"join"> & {
      readonly on: readonly string[];
      readonly type: "inner" | "left" | "full";
      readonly fields: readonly FieldSpec[];
    })
  | (Step<"enrich"> & {
      /** The side input's name. */
      readonly side: string;
      /** Side field to the row's field. */
      readonly on: { readonly [sideField: string]: string };
      readonly missing: "null" | "drop" | "error";
      readonly fields: readonly FieldSpec[];
    })
  | (Step<"distinct"> & { readonly keys: readonly string[]; readonly within?: string })
  | (Step<"stateful"> & {
      readonly keys: readonly string[];
      readonly state: readonly FieldSpec[];
      readonly initial: { readonly [name: string]: Json };
      readonly timeToLive: string;
      readonly process: FunctionSpec;
      readonly onTimer?: FunctionSpec;
      readonly fields: readonly FieldSpec[];
    });

export type StepKind = StepSpec["kind"];
