/** Where the time goes: functions of a CPU profile of V8, by the time that is their own. */

export interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  /** The node that was running, at each sample. */
  readonly samples?: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas?: readonly number[];
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** From 0, in the program's one file. */
  readonly lineNumber: number;
}

export interface SelfTime {
  readonly name: string;
  /** Of all the time that was not idle. */
  readonly share: number;
}

const IDLE = new Set(["(idle)", "(program)", "(root)"]);

/**
 * @param program the text that was profiled: esbuild writes each module's path above it
 * @returns the functions with most, the largest first
 */
export function selfTimes(
  { nodes, samples = [], timeDeltas = [] }: CpuProfile,
  program: string,
  most: number,
): readonly SelfTime[] {
  const modules = modulesOf(program);
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame, modules)]));
  const times = new Map<string, number>();
  let all = 0;
  for (const [i, node] of samples.entries()) {
    const name = names.get(node) ?? "";
    if (IDLE.has(name)) continue;
    const time = timeDeltas[i] ?? 0;
    times.set(name, (times.get(name) ?? 0) + time);
    all += time;
  }
  return [...times]
    .map(([name, time]) => ({ name, share: time / all }))
    .toSorted((a, b) => b.share - a.share)
    .slice(0, most);
}

/** The module of each line. */
function modulesOf(program: string): readonly string[] {
  let module = "";
  return program.split("\n").map((line) => {
    const path = /^\/\/ (\S+\.[jt]s)$/.exec(line)?.[1];
    if (path !== undefined) module = path.replace(/^(\.\.\/)+/, "").replace("pipeline-images/stream-processor/", "");
    return module;
  });
}

/** Code that was generated has no file: it is told by its function's name alone. */
function nameOf({ functionName, url, lineNumber }: CallFrame, modules: readonly string[]): string {
  if (functionName.startsWith("(")) return functionName;
  const name = functionName === "" ? "(without a name)" : functionName;
  if (url === "") return `${name}, generated`;
  return url.startsWith("node:") ? `${name}, ${url}` : `${name}, ${modules[lineNumber] ?? ""}`;
}
