/** Dataflow: `data-journey/dataflow`. */
export { ClassicTemplate, type ClassicTemplateProps } from "./classic-template";
export { ClassicTemplateJob, type ClassicTemplateJobProps } from "./classic-template-job";
export { FlexTemplate, type FlexTemplateProps } from "./flex-template";
export { FlexTemplateJob, type FlexTemplateJobProps } from "./flex-template-job";
export { GoogleTemplate } from "./google-template";
export type { Template, TemplateKind, TemplateLanguage, TemplateMode } from "./template";
export type { TemplateParameter, TemplateParameterOption } from "./template-parameter";
export {
  DataflowLaunch,
  type ClassicLaunchProps,
  type DataflowLaunchProps,
  type FlexLaunchProps,
} from "./dataflow-launch";
