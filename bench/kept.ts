/** What was measured last, bench by bench: its numbers, and the table that is made of them. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Row, table } from "./table";

/** Rows of the table, and the numbers that they are made of. */
export interface Measured {
  readonly rows: readonly Row[];
  readonly results: object;
}

interface Kept {
  readonly [bench: string]: Measured & { readonly machine: string };
}

/**
 * Keeps what was measured now in place of what was kept of the same benches.
 * @param order names of all benches, as the table has them
 */
export function keep(
  measured: { readonly [bench: string]: Measured },
  order: readonly string[],
  machine: string,
  folder: string,
): void {
  const file = join(folder, "results.json");
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Kept) : {};
  const now = Object.fromEntries(Object.entries(measured).map(([name, one]) => [name, { machine, ...one }]));
  const all: Kept = { ...before, ...now };
  const kept = Object.fromEntries(
    order.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]] as const])),
  );
  writeFileSync(file, `${JSON.stringify(kept, undefined, 2)}\n`);
  writeFileSync(join(folder, "RESULTS.md"), page(kept));
}

function page(kept: Kept): string {
  const machines = [...new Set(Object.values(kept).map(({ machine }) => machine))];
  return [
    "# Measured by `npm run bench`",
    "",
    `${machines.join("; ")}. Compare the ratios only.`,
    "",
    "![The processor's queries](processor.svg)",
    "",
    table(Object.values(kept).flatMap(({ rows }) => rows)),
  ].join("\n");
}
