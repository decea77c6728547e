/** What all benches measure with: medians, CPU time, rounds in turn. */

/** The middle one; of an even number, the upper of the two in the middle. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Microseconds of CPU that all threads of this process used meanwhile. */
export function cpuMicros<T>(work: () => T): { readonly micros: number; readonly result: T } {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { micros: user + system, result };
}

/**
 * Asks each contestant in turn, round by round, so that what else the machine does hits all of them.
 * @returns for each contestant what it answered, round by round
 */
export async function inTurn<T>(
  contestants: { readonly [name: string]: () => Promise<T> },
  rounds: number,
): Promise<{ readonly [name: string]: readonly T[] }> {
  const answers: { [name: string]: T[] } = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, ask] of Object.entries(contestants)) answers[name]?.push(await ask());
  }
  return answers;
}
