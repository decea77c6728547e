import type { TerraformElement } from "cdktf";
import { TerraformDataSource, TerraformResource, TerraformStack } from "cdktf";

/**
 * What must be there first. A function, because it is read when the stack is synthesized:
 * a grant that is made later still counts.
 */
export type Waits = () => readonly TerraformElement[];

export const nothing: Waits = () => [];

/** `type.name`, as `depends_on` and `replace_triggered_by` take it: Terraform refuses `${...}` there. */
export function addressOf(element: TerraformElement): string {
  if (TerraformResource.isTerraformResource(element)) {
    return `${element.terraformResourceType}.${element.friendlyUniqueId}`;
  }
  if (TerraformDataSource.isTerraformDataSource(element)) {
    return `data.${element.terraformResourceType}.${element.friendlyUniqueId}`;
  }
  throw new Error(`${element.node.path}: only resources and data sources can be waited for`);
}

/**
 * The addresses to wait for, sorted and each once. What another stack has cannot be named in this one:
 * that stack as a whole is then deployed before.
 */
export function addressesWithin(stack: TerraformStack, elements: readonly TerraformElement[]): string[] {
  const addresses = new Set<string>();
  for (const element of elements) {
    const home = TerraformStack.of(element);
    if (home === stack) addresses.add(addressOf(element));
    else stack.addDependency(home);
  }
  return [...addresses].toSorted();
}
