/** Dataflow: `data-journey/dataflow`. */
export { FlexTemplate, type FlexTemplateProps, type TemplateParameter } from "./flex-template";
export { FlexTemplateJob, type FlexTemplateJobProps } from "./flex-template-job";
