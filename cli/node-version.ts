/** As package.json's `engines` says: the first 20 that can require ES modules, which some packages are. */
const LEAST: readonly [number, number] = [20, 19];

/** @returns why this Node does not do, or undefined */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return undefined;
  return `journey needs Node ${LEAST.join(".")} or later; this is ${version}. See https://nodejs.org/en/download`;
}
