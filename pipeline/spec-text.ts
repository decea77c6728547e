import type { PipelineSpec } from "./spec";

/**
 * A spec as text: JSON that Terraform leaves alone wherever it stands. The `${` of a function's template literal, and
 * `%{`, would be Terraform's own; in JSON they are the same with the first character as an escape.
 * @see https://developer.hashicorp.com/terraform/language/expressions/strings#string-templates
 */
export const specText = (pipeline: PipelineSpec | { toJSON(): PipelineSpec }): string =>
  `${JSON.stringify(pipeline, null, 2).replaceAll("${", "\\u0024{").replaceAll("%{", "\\u0025{")}\n`;
