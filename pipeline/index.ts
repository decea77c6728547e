/** The pipeline language: what a user imports as `data-journey/pipeline`. */
export { type Duration } from "./duration";
export { type Shape } from "./flow";
export { Collection, Grouped, SideInput, type Rows } from "./collection";
export { bounded, sideInput, type BoundedInput, type Input, type Inputs, type SideInputSource } from "./inputs";
export { pipeline, Pipeline, type Output, type Outputs, type FieldsOfOutputs } from "./pipeline";
export { InvalidPipeline } from "./graph/report";
export {
  boolean,
  bytes,
  date,
  datetime,
  float,
  integer,
  json,
  nullable,
  numeric,
  record,
  repeated,
  string,
  time,
  timestamp,
  type AnyField,
  type Decimal,
  type Fields,
  type Row,
  type ValueOf,
} from "./schema/field";
export { schema, Schema, type RowOf } from "./schema/schema";
export type { FieldSpec, Json, PipelineSpec } from "./spec";
export {
  collect,
  combine,
  count,
  countDistinct,
  latest,
  max,
  mean,
  min,
  paneTiming,
  sample,
  sum,
  windowEnd,
  windowStart,
  type Aggregator,
} from "./transforms/aggregators";
export { combiner, type Combiner } from "./transforms/combiner";
export { errorFields, type ErrorFields } from "./transforms/errors";
export type { Context } from "./transforms/function";
export {
  afterAll,
  afterAny,
  afterCount,
  afterEach,
  afterProcessingTime,
  afterWatermark,
  repeatedly,
  type OnceTrigger,
  type Trigger,
} from "./transforms/trigger";
export type { Accumulation, WindowOptions } from "./transforms/window";
export { fixed, globalWindow, sessions, sliding, type Windowing } from "./transforms/windowing";
