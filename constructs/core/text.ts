/**
 * Text that Terraform must leave as it is: a function's template literal is full of `${...}`, which Terraform would
 * evaluate. References that cdktf itself wrote into the text stay references.
 * @see https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences
 */
export function literal(text: string): string {
  // Functions, because `$$` in a replacement text means one `$`.
  return text.replace(/\$\{(?!TfToken\[)/g, () => "$${").replace(/%\{/g, () => "%%{");
}

/** "ClickEvent", "click_event": "click-event". As topics, services and subscriptions are named. */
export function kebab(text: string): string {
  return text
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .toLowerCase();
}

/** "click-event": "click_event". As datasets and tables are named. */
export const snake = (text: string): string => kebab(text).replaceAll("-", "_");

/** "a, b and c". */
export function list(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** A name as Terraform's addresses take it. */
export const addressName = (name: string): string =>
  name.replace(/[^A-Za-z0-9_-]/g, "-").replace(/^(?![A-Za-z_])/, "_");
