import type { PipelineSpec, StepSpec } from "./spec";

/** The first step that sees more than one row at a time: one machine has to see them all. Undefined where none does. */
export const aggregates = ({ steps }: PipelineSpec): StepSpec | undefined =>
  steps.find(({ kind }) => kind === "aggregate" || kind === "join" || kind === "distinct" || kind === "stateful");
