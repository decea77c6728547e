/** Workflows: `data-journey/workflows`. */
export { subworkflow, workflow, type WorkflowDefinition, type WrittenWorkflow } from "./definition";
export {
  and,
  atLeast,
  atMost,
  differs,
  divided,
  env,
  equals,
  expr,
  floorDivided,
  greaterThan,
  isIn,
  lessThan,
  minus,
  not,
  or,
  plus,
  remainder,
  std,
  text,
  times,
  type Expression,
  type Reference,
  type Value,
} from "./expression";
export type { StandardFunctionName } from "./standard-library";
export type { Attempt, Body, Case, Steps, Subworkflow } from "./steps";
export {
  given,
  type HttpAnswer,
  type HttpRequest,
  type Over,
  type ParallelOptions,
  type Retry,
  type WorkflowError,
} from "./steps-props";
export { Workflow, type AnyWorkflow, type ExistingWorkflowProps } from "./workflow";
export type { WorkflowProps } from "./workflow-props";
