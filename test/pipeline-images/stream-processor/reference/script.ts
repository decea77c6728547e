/** What happens to a pipeline, one thing after the other: the same for the engine and for the model. */
import type { AnyRow } from "../../../../pipeline/schema/row";
import type { GivenMessage } from "../support/messages";

export type Happening =
  /** Messages of one input that came together, and are worked on together. */
  | { readonly kind: "batch"; readonly input: string; readonly messages: readonly GivenMessage[] }
  /** The processing time comes to here. */
  | { readonly kind: "clock"; readonly now: number }
  /** The sources have come to here: everything published until then has come. Some inputs are behind. */
  | {
      readonly kind: "watermark";
      readonly published: number;
      readonly quiet: boolean;
      readonly behind?: { readonly [input: string]: number };
      /** When the last message of an input came, for who knows better than its batches tell: of a run that was recorded. */
      readonly lastMessages?: { readonly [input: string]: number };
    }
  /** A side input was read again: all of its rows. */
  | { readonly kind: "side"; readonly input: string; readonly rows: readonly AnyRow[] }
  /** The engine is written out, and goes on as another. */
  | { readonly kind: "restart" }
  /** There is no more input. */
  | { readonly kind: "end" };

export type Script = readonly Happening[];

/** Where the processing time begins, and most event times are. It is no multiple of any window but the second's. */
export const NOON = Date.UTC(2024, 0, 31, 12);

/** What came out during one happening: rows by output, error rows that no output took as `errors`. */
export type Came = { readonly [output: string]: readonly AnyRow[] };

/** Of error rows that nobody took. */
export const ERRORS = "errors";
