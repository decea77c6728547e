import { milliseconds, type Duration } from "../../../pipeline/duration";
import { reads, said, type Files, type ParameterValue } from "./values";

/**
 * A function in JavaScript that each record passes through: it is given the text of one, and gives back another.
 * @see https://cloud.google.com/dataflow/docs/guides/templates/create-template-udf
 */
export interface TemplateFunction {
  /** A file with the function. */
  readonly file: Files;
  /** What it is called. */
  readonly name: string;
}

export interface ReloadedTemplateFunction extends TemplateFunction {
  /** How often workers look for a new version of the file, in whole minutes. @default never */
  readonly reloadEvery?: Duration;
}

export const functionParameters = (udf: TemplateFunction | undefined) => ({
  javascriptTextTransformGcsPath: reads(udf?.file),
  javascriptTextTransformFunctionName: said(udf?.name),
});

export const reloadedParameters = (
  udf: ReloadedTemplateFunction | undefined,
): { readonly [name: string]: ParameterValue | undefined } => ({
  ...functionParameters(udf),
  javascriptTextTransformReloadIntervalMinutes: said(
    udf?.reloadEvery && Math.ceil(milliseconds(udf.reloadEvery) / milliseconds("1m")),
  ),
});
