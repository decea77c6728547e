/**
 * One contestant with one query, a process of its own: as in a processor, its code sees rows of one shape only.
 * It is asked on standard input and answers on standard output, a line each; see {@link Answer}.
 */
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { cpuMicros } from "../measure";
import { careful, naive } from "./naive";
import { runEngine } from "./ours";
import type { Query } from "./queries";
import { resultLine } from "./result-lines";
import { FileMessages } from "./workload";

/** What a round came to. */
export interface Answer {
  readonly events: number;
  /** Of CPU, all of the round. */
  readonly micros: number;
  readonly rows: number;
  readonly refused: number;
  readonly checkpoints: number;
  readonly checkpointBytes: number;
}

const [contestant, query, file] = process.argv.slice(2) as [string, Query, string];
const messages = new FileMessages(file);
const none = { refused: 0, checkpoints: 0, checkpointBytes: 0 };

/** The loop by hand, where this contestant is one. */
const loop = { naive, careful }[contestant]?.[query];

function loopRound(): Answer {
  let rows = 0;
  let characters = 0;
  const take = (row: object): void => {
    rows += 1;
    characters += JSON.stringify(row).length;
  };
  const { micros } = cpuMicros(() => loop?.(messages, take));
  if (rows > 0 && characters === 0) throw new Error("nothing was serialized");
  return { ...none, events: messages.count, micros, rows };
}

const rounds: { readonly [name: string]: (said: string) => Answer } = {
  naive: loopRound,
  careful: loopRound,
  engine() {
    const { micros, result } = cpuMicros(() => runEngine({ query: query, messages }));
    return { ...none, events: messages.count, micros, rows: result.rows, refused: result.refused };
  },
  /** @param said events of a second of its work */
  checkpointed(said) {
    const each = checkpointEvery(messages.count, Number(said));
    let worked = each.events / 2;
    const totals = { rows: 0, refused: 0, checkpointBytes: 0, checkpoints: 0 };
    const checkpointDue = (more: number): boolean => {
      worked += more;
      if (worked < each.events) return false;
      worked -= each.events;
      totals.checkpoints += 1;
      return true;
    };
    const { micros } = cpuMicros(() => {
      for (let pass = 0; pass < each.passes; pass += 1) {
        const { rows, refused, checkpointed } = runEngine({ query: query, messages, checkpointDue });
        totals.rows += rows;
        totals.refused += refused;
        totals.checkpointBytes += checkpointed;
      }
    });
    return { ...totals, events: messages.count * each.passes, micros };
  },
};

/** So many passes that two checkpoints at least are made, each after as close to a second's events as divides them. */
function checkpointEvery(count: number, perSecond: number): { readonly passes: number; readonly events: number } {
  const passes = Math.ceil((2 * perSecond) / count);
  return { passes, events: (passes * count) / Math.round((passes * count) / perSecond) };
}

function check(to: string): void {
  const lines: string[] = [];
  const take = (row: object): void => void lines.push(resultLine(query, row as { [field: string]: unknown }));
  if (loop !== undefined) loop(messages, take);
  else runEngine({ query: query, messages, take });
  writeFileSync(to, lines.map((line) => `${line}\n`).join(""));
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const [asked = "", said = ""] = line.split(" ");
  if (asked === "check") check(said);
  const answer = asked === "check" ? {} : rounds[contestant]?.(said);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
