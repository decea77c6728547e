import type { TerraformResourceLifecycle } from "cdktf";
import type { IConstruct } from "constructs";
import { Site } from "./site";

/** Whether the stage's data shall outlive its stack. */
export const keepsData = (scope: IConstruct): boolean => Site.of(scope).settings.removal === "keep";

/**
 * For what holds data and has no protection of its own in Google Cloud: a destroy, and a change that replaces, is an
 * error of Terraform's. It guards only what is still in the code: whoever deletes or renames the construct deletes the
 * guard too.
 * @see https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle#prevent_destroy
 */
export function guarded(scope: IConstruct): TerraformResourceLifecycle | undefined {
  return keepsData(scope) ? { preventDestroy: true } : undefined;
}
