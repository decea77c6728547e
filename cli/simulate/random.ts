/** Numbers from 0 to 1 that are the same for the same seed: mulberry32, 32 bits of state. */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** From 0 to `below`, without it. */
export const whole = (random: Random, below: number): number => Math.floor(random() * below);

export function pick<T>(random: Random, of: readonly [T, ...T[]]): T {
  return of[whole(random, of.length)] ?? of[0];
}

/** `of` holds each choice with its weight. */
export function weighted<T>(random: Random, of: readonly [readonly [T, number], ...(readonly [T, number])[]]): T {
  let left = random() * of.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [choice, weight] of of) {
    left -= weight;
    if (left < 0) return choice;
  }
  return of[0][0];
}
