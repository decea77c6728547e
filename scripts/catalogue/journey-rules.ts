/** The rules of whole journeys: those of every kind of fact that a module of the constructs exports. */
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { FactKind, type JourneyRule } from "../../constructs/core/facts";

const constructs = join(__dirname, "../../constructs");
const load = createRequire(__filename);

export interface FoundRule extends Pick<JourneyRule, "id" | "level" | "page"> {
  /** The file that has it, below constructs/. */
  readonly file: string;
}

export function readJourneyRules(): readonly FoundRule[] {
  const found = new Map<string, FoundRule>();
  const files = readdirSync(constructs, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  for (const file of files.toSorted()) {
    const exported = load(join(constructs, file)) as { readonly [name: string]: unknown };
    for (const kind of Object.values(exported)) {
      if (!(kind instanceof FactKind)) continue;
      for (const { id, level, page } of kind.rules()) {
        if (!found.has(id)) found.set(id, { id, level, page, file: relative(".", file) });
      }
    }
  }
  return [...found.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
