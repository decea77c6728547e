import type { Random } from "../../local/random";

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
