/** The examples in the language's doc comments: each compiles, and makes a pipeline or runs. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { afterAll, expect, test } from "vitest";
import * as language from "../../pipeline";
import { compileFunction } from "../../pipeline/udf/compile";

const root = join(__dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "comments-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Example {
  /** pipeline/collection.ts:73 */
  readonly at: string;
  readonly code: string;
}

/** Lines of a doc comment that stand four spaces in. */
function examplesIn(file: string): readonly Example[] {
  const examples: { at: string; lines: string[] }[] = [];
  let within = false;
  for (const [index, line] of readFileSync(join(root, file), "utf8").split("\n").entries()) {
    const code = /^\s*\* {5}(.*)$/.exec(line)?.[1];
    if (code !== undefined && !within) examples.push({ at: `${file}:${index + 1}`, lines: [] });
    if (code !== undefined) examples.at(-1)?.lines.push(code);
    within = code !== undefined;
  }
  return examples.map(({ at, lines }) => ({ at, code: lines.join("\n") }));
}

const files = ["pipeline", "pipeline/transforms", "pipeline/udf"].flatMap((path) =>
  readdirSync(join(root, path))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${path}/${name}`),
);
const examples = files.flatMap(examplesIn);

/** What examples speak of. */
const given = `
  const Click = schema("click", { user: string(), at: timestamp() });
  const Order = schema("order", {
    order_id: string(), user_id: string(), amount: float(), price: numeric(), quantity: integer(), created_at: timestamp(),
    items: repeated(record({ sku: string() })),
  });
  const User = schema("user", { id: string(), name: string() });
`;

/** An example as a function: declarations as they are; rows, as the output of a pipeline that reads what they name. */
function asFunction({ code }: Example): string {
  const expression = code.split("\n").findLastIndex((line) => /^(?:clicks|orders|small|bought)\./.test(line));
  if (expression < 0) return code.replace(/^export /gm, "");
  const lines = code.split("\n");
  const names = { clicks: "Click", orders: "Order", users: 'sideInput(User, { key: "id" })' };
  const inputs = Object.entries(names).filter(([name]) => new RegExp(`\\b${name}\\b(?!:)`).test(code));
  return `pipeline("example", { ${inputs.map(([name, source]) => `${name}: ${source}`).join(", ")} }, (inputs) => {
    const { ${inputs.map(([name]) => name).join(", ")} } = inputs;
    ${lines.slice(0, expression).join("\n")}
    return { rows: ${lines.slice(expression).join("\n")} };
  });`;
}

const names = Object.keys(language);

test("they are found", () => {
  expect(examples.length).toBeGreaterThan(15);
});

test("they compile", () => {
  const program = [
    `import { ${names.join(", ")} } from ${JSON.stringify(join(root, "pipeline"))};`,
    `import { compileFunction } from ${JSON.stringify(join(root, "pipeline/udf/compile"))};`,
    given,
    ...examples.map(
      (example, index) => `// ${example.at}\nexport function example${index}() {\n${asFunction(example)}\n}`,
    ),
  ].join("\n");
  writeFileSync(join(folder, "examples.ts"), program);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: join(root, "tsconfig.json"),
      compilerOptions: { typeRoots: [join(root, "node_modules/@types")] },
      include: ["examples.ts"],
      exclude: [],
    }),
  );
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const output = (() => {
    try {
      return execFileSync(process.execPath, [compiler, "-p", folder, "--pretty", "false"], { encoding: "utf8" });
    } catch (error) {
      return String((error as { readonly stdout?: unknown }).stdout);
    }
  })();
  expect(output, program).toBe("");
}, 60_000);

test.each(examples)("$at does what it shows", (example) => {
  const { code } = transformSync(`${given}\n${asFunction(example)}`, { loader: "ts" });
  // oxlint-disable-next-line typescript/no-implied-eval -- an example in a comment is text
  const run = new Function(...names, "compileFunction", code) as (...values: readonly unknown[]) => void;
  run(...Object.values(language), compileFunction);
});
