/** What is published: rows as a pipeline gives them. */
import type { AnyRow } from "../../../pipeline/schema/row";
import { clicks } from "../../processor/workload";

export const TOPIC = "projects/bench/topics/clicks";
/** Rows that are underway at once: some 6 MB. */
export const UNDERWAY = 20_000;

const ROWS = 5_000;
const rows = Array.from(clicks({ events: ROWS, late: 0 }), (text) => JSON.parse(text) as AnyRow);

export const row = (i: number): AnyRow => rows[i % ROWS] as AnyRow;
