/** bench/CHAOS.md: what the long runs gave, a section each. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";

const file = join(__dirname, "../../bench/CHAOS.md");
const TITLE = "# Measured by `npm run chaos` and `npm run soak`";

/** Writes a section anew; the others stay. */
export function keepSection(name: string, text: string): void {
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const sections = new Map(
    before
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.split("\n", 1)[0] ?? "", section.slice(section.indexOf("\n") + 1).trim()] as const),
  );
  const machine = `Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim()}).`;
  sections.set(name, `${machine}\n\n${text.trim()}`);
  const all = [...sections]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([title, section]) => `## ${title}\n\n${section}\n`);
  writeFileSync(file, [`${TITLE}\n`, ...all].join("\n"));
}
