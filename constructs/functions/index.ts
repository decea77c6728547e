/** Functions: `data-journey/functions`. */
export { CloudFunction, type AnyCloudFunction, type ExistingFunctionProps } from "./cloud-function";
export type { FunctionBuild } from "./builder";
export type { CloudFunctionProps } from "./function-props";
export { FunctionSource, type FolderSourceOptions } from "./function-source";
export type {
  BucketTrigger,
  DocumentTrigger,
  FunctionTrigger,
  HttpTrigger,
  ScheduleTrigger,
  TopicTrigger,
} from "./trigger";
