/** How a run goes, for people: one line a second, or a display that stays in place on a terminal. */
import type { Totals } from "../../local/console/snapshot";
import { count, duration, perSecond } from "../../local/console/words";

export interface ProgressState {
  /** Milliseconds since it began. */
  readonly elapsed: number;
  readonly totals: Totals;
  /** Events a second, of the last moments. */
  readonly rate: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** By the table's address. */
  readonly labels: { readonly [table: string]: string };
}

/** For a file or a pipe: all on one line, the same words each second. */
export function plainLine(state: ProgressState): string {
  const { elapsed, totals } = state;
  return [
    duration(elapsed / 1000).padStart(6),
    `clicks in ${count(totals.events)} (${perSecond(state.rate)})`,
    `backlog ${count(totals.backlog)}`,
    `watermark ${watermarkOf(state)}`,
    `rows out ${rowsOf(state) || "none"}`,
    `dead letters ${count(totals.deadLetters)}`,
  ].join("  ");
}

/** For a terminal: a few lines that are drawn again in place. */
export function display(state: ProgressState, columns: number): readonly string[] {
  const { elapsed, totals } = state;
  const lines: readonly (readonly [string, string])[] = [
    ["clicks in", `${count(totals.events)}   ${dim(perSecond(state.rate))}`],
    ["backlog", `${count(totals.backlog)}${totals.backlog > 0 ? dim(`   oldest ${duration(totals.oldest)}`) : ""}`],
    ["watermark", watermarkOf(state)],
    ["rows out", rowsOf(state) || dim("none yet")],
    ["dead letters", totals.deadLetters > 0 ? red(count(totals.deadLetters)) : "0"],
  ];
  return [
    ...lines.map(([name, value]) => fit(`${dim(name.padStart(14))}  ${value}`, columns)),
    fit(dim(`${duration(elapsed / 1000).padStart(14)}  Ctrl-C ends it`), columns),
  ];
}

function watermarkOf({ now, totals: { watermark } }: ProgressState): string {
  if (watermark === undefined) return "–";
  const time = new Date(watermark).toISOString().slice(11, 19);
  return `${time} (${duration((now - watermark) / 1000)} behind)`;
}

function rowsOf({ labels, totals }: ProgressState): string {
  return Object.entries(totals.rows)
    .map(([table, rows]) => `${(labels[table] ?? table).replace(/^.*\./, "")} ${count(rows)}`)
    .join(", ");
}

const ESCAPE = String.fromCodePoint(27);
const dim = (text: string): string => `${ESCAPE}[2m${text}${ESCAPE}[22m`;
const red = (text: string): string => `${ESCAPE}[31m${text}${ESCAPE}[39m`;

/** A line that wraps would be drawn on two, and the display would creep. What is styled is kept whole. */
function fit(line: string, columns: number): string {
  let left = columns;
  let fitted = "";
  for (const part of line.split(STYLES)) {
    if (part.startsWith(ESCAPE)) fitted += part;
    else {
      fitted += part.slice(0, left);
      left = Math.max(0, left - part.length);
    }
  }
  return fitted;
}
const STYLES = new RegExp(String.raw`(${ESCAPE}\[\d+m)`);

/** Draws lines in place, and lets others pass above them. */
export class Screen {
  private drawn = 0;

  constructor(private readonly write: (text: string) => void) {}

  draw(lines: readonly string[]): void {
    this.write(`${this.erased()}${lines.join("\n")}\n`);
    this.drawn = lines.length;
  }

  /** A line that stays. */
  say(line: string): void {
    this.write(`${this.erased()}${line}\n`);
    this.drawn = 0;
  }

  private erased(): string {
    return this.drawn === 0 ? "" : `${ESCAPE}[${this.drawn}A${ESCAPE}[0J`;
  }
}
