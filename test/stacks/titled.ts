import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The tests whose titles begin with a system's id, by id: the first file of each, below a folder. */
export function titledTests(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted().toReversed();
  return new Map(
    files
      .filter((name) => name.endsWith(".test.ts"))
      .flatMap((name) => {
        const ids = readFileSync(join(folder, name), "utf8").match(/(?<=["'`])[A-Z]\d+(?=: )/g) ?? [];
        return ids.map((id) => [id, name] as const);
      }),
  );
}
