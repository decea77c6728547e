/** Where the constructs could be wrong: Stryker's mutants of them, all in one copy of the code, switched on one by one. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export interface Mutant {
  readonly id: string;
  /** "constructs/pubsub/topic.ts" */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** "ConditionalExpression" */
  readonly mutator: string;
  readonly replacement: string;
  readonly original: string;
}

export interface Mutated {
  readonly files: readonly { readonly name: string; readonly content: string }[];
  readonly mutants: readonly Mutant[];
}

/** The variable that says which mutant a process has: Stryker's. */
export const ACTIVE = "__STRYKER_ACTIVE_MUTANT__";

/**
 * Every mutant of the code in a folder. Types are left alone, as is what only says something of the code to readers.
 * @param root of the repository
 */
export async function mutantsOf(root: string, folder: string): Promise<Mutated> {
  // A package of ES modules, in a script that is none.
  const { Instrumenter } = await import("@stryker-mutator/instrumenter");
  const sources = new Map(
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => [join(root, folder, name), readFileSync(join(root, folder, name), "utf8")]),
  );
  const { files, mutants } = await new Instrumenter(silent).instrument(
    [...sources].map(([name, content]) => ({ name, content, mutate: true })),
    { plugins: null, ignorers: [], excludedMutations: [] },
  );
  return {
    files: files.map(({ name, content }) => ({ name: relative(root, name), content })),
    mutants: mutants.map(({ fileName, id, location, mutatorName, replacement }) => {
      const lines = (sources.get(fileName) ?? "").split("\n");
      const { start, end } = location;
      const [first = ""] = lines.slice(start.line);
      return {
        id,
        file: relative(root, fileName),
        line: start.line + 1,
        mutator: mutatorName,
        replacement,
        original: start.line === end.line ? first.slice(start.column, end.column) : `${first.slice(start.column)} ...`,
      };
    }),
  };
}

const quiet = (): void => {};

const silent = {
  isTraceEnabled: () => false,
  isDebugEnabled: () => false,
  isInfoEnabled: () => false,
  isWarnEnabled: () => false,
  isErrorEnabled: () => false,
  isFatalEnabled: () => false,
  trace: quiet,
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: quiet,
  fatal: quiet,
};
