import { Lazy, TerraformStack, Token } from "cdktf";
import type { IConstruct } from "constructs";

/**
 * A name that is a reference within the stack that owns it, and plain text in every other, which is then deployed
 * after the owner. Names are known before anything is made, so no stack reads another's state.
 */
export function reference(owner: IConstruct, within: string, elsewhere: string): string {
  return Lazy.stringValue({
    produce({ scope }) {
      const from = TerraformStack.of(owner);
      const to = TerraformStack.of(scope);
      // A name that is itself known only at apply has to come from the other stack's state after all.
      if (from === to || Token.isUnresolved(elsewhere)) return within;
      to.addDependency(from);
      return elsewhere;
    },
  });
}
