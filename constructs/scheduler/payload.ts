import { Token } from "cdktf";
import type { Json } from "../../pipeline/spec";

/** What is sent: text as it is, anything else as JSON. */
export type Payload = string | { readonly [name: string]: Json } | readonly Json[];

export const textOf = (payload: Payload): string => (typeof payload === "string" ? payload : JSON.stringify(payload));

/**
 * A text as base64. Where it names what is known only at apply (a topic's name), Terraform encodes it.
 * @see https://developer.hashicorp.com/terraform/language/functions/base64encode
 */
export function base64(text: string): string {
  if (!Token.isUnresolved(text)) return Buffer.from(text).toString("base64");
  // cdktf's own functions take no text that has both references and quotes.
  const parts = text.split(/(\$\{TfToken\[[^\]]*\]\})/);
  const quoted = parts.map((part, index) => (index % 2 === 1 ? part : quote(part)));
  return `\${base64encode("${quoted.join("")}")}`;
}

/** As it stands between the quotes of a text in Terraform's language. */
function quote(text: string): string {
  // Functions, because `$$` in a replacement text means one `$`.
  return text
    .replace(/["\\]/g, (character) => `\\${character}`)
    .replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replaceAll("${", () => "$${")
    .replaceAll("%{", () => "%%{");
}
