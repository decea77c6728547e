import type { Construct } from "constructs";
import type { GrantOptions, Identity } from "../core/grants";
import type { Waits } from "../core/waits";
import type { AnyServiceAccount } from "../iam/service-account";
import type { AnyBucket } from "../storage/bucket";
import type { TemplateParameter } from "./template-parameter";

/**
 * "flex": an image builds the graph when it is launched. "classic": the graph was built before, and is a file.
 * @see https://cloud.google.com/dataflow/docs/concepts/dataflow-templates
 */
export type TemplateKind = "flex" | "classic";
/** "streaming" jobs run until they are drained; "batch" jobs end by themselves. */
export type TemplateMode = "streaming" | "batch";

/** Of what program a job is. Options that Dataflow's API does not know are told it in the words of its SDK. */
export type TemplateLanguage = "java" | "python" | "go" | "yaml";

/** The job that a template is bound to. */
export interface TemplateUse {
  /** Who its workers run as. */
  readonly identity: AnyServiceAccount;
  /** The job's own bucket. */
  readonly bucket: AnyBucket;
}

/** What a template says to one job. */
export interface BoundTemplate {
  /** gs://bucket/object */
  readonly path: string;
  readonly parameters: { readonly [name: string]: string };
  /** What its parameters name, in full, where a parameter's own form of it is another one: "p.d.t" for "p:d.t". */
  readonly names: readonly string[];
  /** Changes with the template where its path does not. */
  readonly version: string | undefined;
  readonly waits: Waits;
}

/** What jobs are started from: a template of yours, or one of Google's. */
export interface Template<Kind extends TemplateKind = TemplateKind, Mode extends TemplateMode = TemplateMode> {
  readonly kind: Kind;
  readonly mode: Mode;
  readonly language: TemplateLanguage;
  /** What a job can be told; undefined where nobody knows. */
  readonly described: readonly TemplateParameter[] | undefined;
  /** Parameters that the template says itself. */
  readonly said: readonly string[];
  /** Gives the workers what the template's own parameters are about. */
  bind(scope: Construct, use: TemplateUse): BoundTemplate;
  /** May read it: who launches a job of it does. */
  grantLaunch(to: Identity, options?: GrantOptions): void;
}
