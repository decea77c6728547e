import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const fixture = join(__dirname, "mistakes.ts");
const root = join(__dirname, "../../..");

/** Line of each mistake to what the compiler should say of it. */
function expectedSentences(): ReadonlyMap<number, string> {
  const lines = readFileSync(fixture, "utf8").split("\n");
  const expected = new Map<number, string>();
  for (const [index, line] of lines.entries()) {
    const says = /^\s*\/\/ says: (.+)$/.exec(line)?.[1];
    if (says !== undefined) expected.set(index + 2, says);
  }
  return expected;
}

/** Line of the mistakes to all that a compiler says of it, 0 for other files. Escaped quotes are written as quotes. */
async function compile(compiler: string): Promise<Map<number, string>> {
  const output = await new Promise<string>((resolve) => {
    const args = [join(root, compiler), "-p", __dirname, "--pretty", "false", "--noErrorTruncation"];
    // The compiler's exit code says that there are errors, which is what is wanted.
    execFile(process.execPath, args, { cwd: root, maxBuffer: 2 ** 26 }, (_error, stdout) => resolve(stdout));
  });
  const said = new Map<number, string>();
  let at = 0;
  for (const line of output.replaceAll('\\"', '"').split("\n")) {
    const start = /^(\S.*)\((\d+),\d+\): error/.exec(line);
    if (start !== null) at = start[1]?.endsWith("mistakes.ts") === true ? Number(start[2]) : 0;
    if (line !== "") said.set(at, `${said.get(at) ?? ""}${line}\n`);
  }
  return said;
}

describe.each([
  ["TypeScript 7", "node_modules/typescript/bin/tsc"],
  ["TypeScript 5.9", "node_modules/typescript-5/bin/tsc"],
])("%s", (_name, compiler) => {
  test("every mistake is an error that says what is wrong, and nothing else is one", async () => {
    const expected = expectedSentences();
    const said = await compile(compiler);
    for (const [line, sentence] of expected) {
      expect.soft(said.get(line) ?? "nothing", `line ${line}`).toContain(sentence);
    }
    expect([...said.keys()].filter((line) => !expected.has(line))).toEqual([]);
  }, 120_000);
});
