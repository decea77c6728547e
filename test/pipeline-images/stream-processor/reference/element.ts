import type { AnyRow } from "../../../../pipeline/schema/row";
import type { Json } from "../../../../pipeline/spec";
import type { GivenMessage } from "../support/messages";
import type { Window } from "./windows";

/** A row on its way. */
export interface Element {
  readonly row: AnyRow;
  /** Event time, milliseconds. */
  readonly time: number;
  /** The windows that it was put into; a pane's row stays in its window. */
  readonly windows?: readonly Window[];
}

/** The message that is worked on, while it is. */
export interface Current {
  readonly message: GivenMessage | undefined;
  readonly published: number;
  readonly now: number;
}

/** What a step did not take. */
export interface Refusal {
  readonly reason: "parse" | "function" | "late";
  readonly error: string;
  readonly row: AnyRow | null;
  readonly time: number | null;
}

/** A function gave what it should not, or threw. */
export class Wrong extends Error {}

export const wordsOf = (error: unknown): string =>
  error instanceof Wrong ? error.message : error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** Equal keys are equal texts. */
export const keyOf = (row: AnyRow, names: readonly string[]): string =>
  JSON.stringify(names.map((name) => row[name] ?? null));

export const pick = (row: AnyRow, names: readonly string[]): AnyRow =>
  Object.fromEntries(names.map((name) => [name, row[name] as Json]));
