/**
 * Writes constructs/CATALOGUE.md: every construct, what it makes, its options with their defaults and the reasons, its
 * rules with their pages, the rights it gives and can give. All of it is read from the code: types and comments by the
 * compiler, the rest by making each construct's examples and looking at what came of it.
 *
 *     npm run catalogue               writes it
 *     npm run catalogue -- --check    fails where it is not up to date
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { catalogue } from "./catalogue/catalogue";

const file = join(__dirname, "../constructs/CATALOGUE.md");
const text = `${catalogue()}\n`;

if (!process.argv.includes("--check")) writeFileSync(file, text);
else if (readFileSync(file, "utf8") !== text) {
  process.stderr.write("constructs/CATALOGUE.md is not up to date: npm run catalogue\n");
  process.exitCode = 1;
}
