import { TerraformStack, Token, type TerraformResource } from "cdktf";
import { lateText } from "./late";
import { addressOf } from "./waits";

/**
 * An attribute of a resource: a reference within the stack that has the resource, and plain text in every other, which
 * is then deployed after it. What names say is known before anything is made, so no stack reads another's state.
 *
 * @param attribute as Terraform calls it: "dataset_id"
 * @param elsewhere what it will be
 */
export function reference(resource: TerraformResource, attribute: string, elsewhere: string): string {
  // One token for all who ask: cdktf remembers in it which other stacks it was asked from.
  let fromState: string | undefined;
  return lateText((scope) => {
    const from = TerraformStack.of(resource);
    const to = TerraformStack.of(scope);
    if (from === to) return `\${${addressOf(resource)}.${attribute}}`;
    // What is itself known only at apply has to come from the other stack's state after all.
    if (Token.isUnresolved(elsewhere)) return (fromState ??= resource.getStringAttribute(attribute));
    to.addDependency(from);
    return elsewhere;
  });
}
