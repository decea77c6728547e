import type { WorkflowsWorkflowConfig } from "@cdktf/provider-google/lib/workflows-workflow";
import type { Encrypted } from "../core/encryption";
import type { Labels } from "../core/labels";
import type { Overridable } from "../core/overridable";
import type { AnyServiceAccount } from "../iam/service-account";
import type { WorkflowDefinition } from "./definition";

/** Resource Manager's tags are left to `overrides`. */
export interface WorkflowProps extends Encrypted, Overridable<WorkflowsWorkflowConfig> {
  /** It cannot be changed: another name is another workflow. @default the construct's id */
  readonly name?: string;
  /**
   * What it does: {@link workflow}, a `{ file }` of YAML or JSON, or its `{ source }`. It is read and checked when the
   * stack is synthesized. In a file `${` is an expression of Workflows', and never Terraform's.
   */
  readonly definition: WorkflowDefinition;
  /** At most 1000 characters. @default none */
  readonly description?: string;
  /**
   * What `env("NAME")`, sys.get_env("NAME"), answers: at most 20, of 4 KiB. Plain text; it can be read by whoever may see
   * the workflow.
   * @default none; Google's own GOOGLE_CLOUD_PROJECT_ID and GOOGLE_CLOUD_LOCATION are always there
   */
  readonly env?: { readonly [name: string]: string };
  /** The account that it acts as. @default one of its own, which may do nothing that is not granted */
  readonly identity?: AnyServiceAccount;
  /**
   * What is logged of the steps that call something: "all", with arguments and answers, "errors", or "none".
   * @default "errors": why a run failed is then found in its log, and nothing that it works with
   */
  readonly callLog?: "all" | "errors" | "none";
  /**
   * How much of a run can be looked at afterwards, step by step.
   * @default "basic", as Google does
   */
  readonly history?: "basic" | "detailed";
  /** @default the stack's labels */
  readonly labels?: Labels;
  /** It cannot be changed. @default the stack's region */
  readonly region?: string;
}
