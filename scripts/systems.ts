/**
 * Writes stacks/README.md: every system, the stack that provisions it, the constructs and resources it is made of, and
 * the test that is called by it. Read from test/stacks/systems.ts and from the app itself, before it is synthesized.
 *
 *     npm run systems               writes it
 *     npm run systems -- --check    fails where it is not up to date
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type App, TerraformDataSource, TerraformResource, TerraformStack } from "cdktf";
import { elsewhereIn, pipelinesElsewhere } from "./elsewhere";
import { mainApp } from "../test/stacks/main-app";
import { titledTests } from "../test/stacks/titled";
import { systems, type System } from "../test/stacks/systems";

const root = join(__dirname, "..");
const file = join(root, "stacks/README.md");

type Makers = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The construct that makes each resource, by stack and address. */
function makersIn(app: App): Makers {
  const stacks = app.node.findAll().filter((one) => TerraformStack.isStack(one));
  return new Map(
    stacks.map((stack) => {
      const makers = stack.node.findAll().flatMap((one) => {
        if (!(one instanceof TerraformResource || one instanceof TerraformDataSource)) return [];
        const data = one instanceof TerraformDataSource ? "data." : "";
        const address = `${data}${one.terraformResourceType}.${one.friendlyUniqueId}`;
        return [[address, one.node.scope?.constructor.name ?? ""] as const];
      });
      return [stack.node.id, new Map(makers)];
    }),
  );
}

/** @throws Error where a system lacks one of its parts */
function row(
  { id, stack, stage = "dev", what, addresses }: System,
  makers: Makers,
  tests: ReadonlyMap<string, string>,
): string {
  const name = [`${stack}-${stage}`, `${stage}-${stack}`].find((one) => makers.has(one));
  const made = makers.get(name ?? "");
  const path = tests.get(id);
  if (made === undefined || path === undefined) throw new Error(`${id} has no stack or no test`);
  const constructs = addresses.map((address) => {
    const maker = made.get(address);
    if (maker === undefined) throw new Error(`${id}: there is no ${address} in ${name}`);
    return maker;
  });
  const cells = [
    id,
    what,
    `[${name}](${stack})`,
    [...new Set(constructs)].join(", "),
    addresses.map((address) => `\`${address}\``).join("<br>"),
    `[${path.split("/").slice(-1).join("")}](../test/${path})`,
  ];
  return `| ${cells.join(" | ")} |`;
}

async function main(): Promise<void> {
  const app = await mainApp();
  const makers = makersIn(app);
  const tests = titledTests(join(root, "test"));
  const rows = systems.map((system) => row(system, makers, tests));
  const text = `# Ready journeys

A folder each: \`stack.ts\` says what there is, \`pipeline.ts\` what becomes of the data, \`stages.ts\` where; its README says
how to try it. Copy one and change it.

What each of the systems is made of, without the rights between its parts (\`npx journey access <stack>\` lists those).
Written by \`npm run systems\`.

| system | what | stack | constructs | resources | test |
| --- | --- | --- | --- | --- | --- |
${rows.join("\n")}

## What a laptop does not run of them, and why

\`npx journey local <stack>\` says so as well, of each stack.

${await elsewhereIn(app)}

${pipelinesElsewhere(app)}
`;
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) throw new Error("stacks/README.md is not up to date: npm run systems");
}

void main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
