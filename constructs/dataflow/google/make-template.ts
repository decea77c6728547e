import type { Construct } from "constructs";
import { Site } from "../../core/site";
import { nothing } from "../../core/waits";
import type { BoundTemplate, Template, TemplateKind, TemplateMode, TemplateUse } from "../template";
import type { ParameterValue } from "./values";

/** A release of Google's templates: "2025-08-19-00_RC00". */
type GoogleTemplateVersion = "latest" | `${number}-${number}-${number}-${number}_RC${number}`;

export interface GoogleTemplateOptions {
  /**
   * Which release of it.
   * @default "latest": Google's corrections come by themselves. Name one where a run has to be like the one before
   * @see https://github.com/GoogleCloudPlatform/DataflowTemplates/releases
   */
  readonly version?: GoogleTemplateVersion;
}

/** One of Google's templates, with its parameters. */
export interface GoogleTemplateOf<Kind extends TemplateKind, Mode extends TemplateMode> extends Template<Kind, Mode> {
  /** As Google calls it: "Word_Count". */
  readonly name: string;
}

interface Made<Kind extends TemplateKind, Mode extends TemplateMode> {
  readonly kind: Kind;
  readonly mode: Mode;
  readonly name: string;
  /** What a job of it is told. Undefined is left away. */
  readonly parameters: { readonly [name: string]: ParameterValue | undefined };
  /** Rights that no single parameter is about. */
  readonly grant?: (scope: Construct, use: TemplateUse) => void;
}

/** They are in a bucket of each region, which everybody may read. */
export function makeTemplate<Kind extends TemplateKind, Mode extends TemplateMode>(
  { kind, mode, name, parameters, grant }: Made<Kind, Mode>,
  { version = "latest" }: GoogleTemplateOptions,
): GoogleTemplateOf<Kind, Mode> {
  const values = Object.entries(parameters).flatMap(([parameter, value]) => (value ? [{ parameter, value }] : []));
  return {
    kind,
    mode,
    name,
    language: "java",
    described: undefined,
    said: values.map(({ parameter }) => parameter),
    grantLaunch: () => {},
    bind(scope, use): BoundTemplate {
      for (const { value } of values) value.grant?.(scope, use);
      grant?.(scope, use);
      const { region } = Site.of(scope).settings;
      return {
        path: `gs://dataflow-templates-${region}/${version}/${kind === "flex" ? "flex/" : ""}${name}`,
        parameters: Object.fromEntries(values.map(({ parameter, value }) => [parameter, value.text(scope, use)])),
        names: values.flatMap(({ value }) => value.names ?? []),
        version: undefined,
        waits: nothing,
      };
    },
  };
}
