/** The table of results. */

export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly against: string;
  readonly ratio: string;
}

export const micros = (value: number): string => `${value.toFixed(2)} µs`;
export const milliseconds = (value: number): string => `${Math.round(value)} ms`;
export const times = (ratio: number): string => `${ratio.toFixed(1)} times as fast`;

export const table = (rows: readonly Row[]): string =>
  [
    "| what | ours | against | ratio |",
    "| --- | --- | --- | --- |",
    ...rows.map(({ against, ours, ratio, what }) => `| ${what} | ${ours} | ${against} | ${ratio} |`),
    "",
  ].join("\n");
