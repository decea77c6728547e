import type { Fold } from "../../../../pipeline-images/stream-processor/log/history";

/** A fold that tells all that was ever recorded, in order. */
export interface Told {
  readonly records: string[];
  terms: number;
}

export const told: Fold<Told> = {
  empty: () => ({ records: [], terms: 0 }),
  apply: (state, record) => void state.records.push(Buffer.from(record).toString()),
  sealed: (state) => void (state.terms += 1),
  encode: (state) => [Buffer.from(JSON.stringify(state))],
  decode: (snapshot) => JSON.parse(Buffer.from(snapshot).toString()) as Told,
};
