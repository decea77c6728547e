/** What the bench of the processor says, as rows of the table of results. */
import { micros, type Row, times } from "../table";
import type { QueryResult } from "./processor";
import type { Query } from "./queries";

const words: { readonly [Name in Query]: string } = {
  map: "map: keep purchases, four fields",
  fixed: "fixed: count and sum for each user and minute",
  sliding: "sliding: count for each country, five minutes every minute",
  session: "session: count and sum for each visit, a gap of 30 s",
  distinct: "distinct: users for each event's name and minute",
  whole: "a user's function over whole rows",
};

/** What a loop does that takes more thought. */
const carefully: { readonly [Name in Query]?: string } = { session: "a loop that extends sessions in place" };

export function rowsOf({ query, micros: each }: QueryResult): readonly Row[] {
  const ours = micros(each.engine);
  const against = (what: string, theirs: number): Row => ({
    what: words[query],
    ours,
    against: `${what}, ${micros(theirs)}`,
    ratio: times(theirs / each.engine),
  });
  return [
    against("JSON.parse and a loop", each.naive),
    ...(each.careful === undefined ? [] : [against(`JSON.parse and ${carefully[query]}`, each.careful)]),
    ...(each.bytewax === undefined ? [] : [against("Bytewax with orjson", each.bytewax)]),
    ...(each.checkpointed === undefined
      ? []
      : [
          {
            what: `${query}, its changes encoded every second`,
            ours: micros(each.checkpointed),
            against: `${query} without`,
            ratio: `${(each.checkpointed / each.engine).toFixed(2)} of its time`,
          },
        ]),
  ];
}
