import { stringify } from "yaml";

/** Where content is named by its hash. */
const hashes: readonly (readonly [form: RegExp, shown: string])[] = [
  [/sha256:[0-9a-f]{64}/g, "sha256:<digest>"],
  // Images by the hash of their folder.
  [/(docker\.pkg\.dev\/[^:\s"]+):[0-9a-f]{16}\b/g, "$1:<hash>"],
  // Objects by the hash of their content.
  [/-(?:[0-9a-f]{12}|[0-9a-f]{16})(\.[a-z]+)?$/g, "-<hash>$1"],
];
const hashKeys = new Set(["graph", "template-version"]);
/** What is of this machine, this release or this run. */
const passedOver = new Set(["//", "terraform"]);
const named = new Set(["data", "resource"]);

/**
 * A stack as a text whose differences read well: a paragraph for each resource, in the order of their addresses, JSON
 * in texts written out.
 */
export function snapshotOf(json: { readonly [name: string]: unknown }): string {
  const paragraphs = entriesOf(json)
    .filter(([block]) => !passedOver.has(block))
    .flatMap(([block, content]) =>
      entriesOf(content).flatMap(([type, below]) => {
        const title = block === "resource" ? type : `${block}.${type}`;
        if (!named.has(block)) return [[title, below] as const];
        return entriesOf(below).map(([name, config]) => [`${title}.${name}`, config] as const);
      }),
    )
    .map(([title, content]) =>
      stringify({ [title]: readable(content) }, { lineWidth: 0, aliasDuplicateObjects: false }),
    );
  return paragraphs.join("\n");
}

/** @returns sorted, but for what has an order */
function entriesOf(value: unknown): [name: string, value: unknown][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function readable(value: unknown, key = ""): unknown {
  if (typeof value === "string") return hashKeys.has(key) ? "<hash>" : text(value);
  if (Array.isArray(value)) return value.map((item) => readable(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(entriesOf(value).map(([name, item]) => [name, readable(item, name)]));
}

function text(value: string): unknown {
  if (/^[[{]/.test(value)) {
    try {
      return { JSON: readable(JSON.parse(value)) };
    } catch {
      // A text that begins like JSON.
    }
  }
  return hashes.reduce((masked, [form, shown]) => masked.replace(form, shown), value);
}

/**
 * For `expect.addSnapshotSerializer` of Vitest and Jest: `expect(Template.fromStack(stack)).toMatchSnapshot()` is then
 * {@link Template.toSnapshot}.
 */
export const snapshotSerializer = {
  test: (value: unknown): boolean =>
    typeof value === "object" && value !== null && "toSnapshot" in value && typeof value.toSnapshot === "function",
  serialize: (value: { toSnapshot(): string }): string => value.toSnapshot(),
};
