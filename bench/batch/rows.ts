/** What the bench of runs over files says, as rows of the table of results. */
import { micros, type Row, times } from "../table";
import type { BatchCost, BatchResult } from "./batch";

const words: { readonly [pipeline: string]: string } = {
  user_traffic: "pageviews and bytes of each user, and of all",
  minute_traffic: "pageviews of each minute",
};

const cost = ({ micros: each, megabytes }: BatchCost): string => `${micros(each)}, ${megabytes.toFixed(0)} MB`;

export const rowsOfBatch = ({ beamLines, lines, pipelines }: BatchResult): readonly Row[] =>
  Object.entries(pipelines).flatMap(([name, { beam, duckdb, engine }]) => {
    const against = (what: string, theirs: BatchCost): Row => ({
      what: `${lines.toLocaleString("en")} lines of a file: ${words[name] ?? name}`,
      ours: cost(engine),
      against: `${what}, ${cost(theirs)}`,
      ratio: times(theirs.micros / engine.micros),
    });
    const beams = `Beam's direct runner in Python, by ${beamLines.toLocaleString("en")} of them`;
    return [against("DuckDB on one thread", duckdb), ...(beam === undefined ? [] : [against(beams, beam)])];
  });
