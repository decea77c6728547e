import { createHash } from "node:crypto";
import { Token } from "cdktf";
import type { IConstruct } from "constructs";

/**
 * Names a state of a text or of bytes: 12 hexadecimal digits that change with it.
 * @throws Error where the text holds a value that is known only at apply: its stand-in changes from run to run
 */
export function contentHash(owner: IConstruct, content: string | Uint8Array): string {
  if (Token.isUnresolved(content)) {
    throw new Error(
      `${owner.node.path}: its content holds a value that is known only at apply: what is named by its content has to be plain text`,
    );
  }
  return createHash("sha256").update(content).digest("hex").slice(0, 12);
}
