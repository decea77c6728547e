import type { AnyRow } from "../../../../pipeline/schema/row";
import type { FieldSpec } from "../../../../pipeline/spec";
import type { Current, Element, Refusal } from "./element";
import type { Strategy } from "./panes";

/** A step that remembers: what comes to it, and what time does to it. */
export interface Stage {
  /** @param input which of the step's inputs it comes from */
  take(element: Element, input: number): void;
  /** What came together is there: triggers are asked. Also when time has passed. */
  settle(): void;
  advanceWatermark(to: number): void;
  /** How far what comes out of it has come. */
  readonly outputWatermark: number;
}

/** What a stage may use of the model around it. */
export interface Around {
  readonly current: Current;
  /** Of the rows that come in, by input. */
  readonly fields: readonly (readonly FieldSpec[])[];
  /** Of the windows that its rows are in; undefined where they are in none. */
  readonly strategy: Strategy | undefined;
  readonly emit: (element: Element) => void;
  readonly refuse: (refusal: Refusal) => void;
  /** The rows of a side input, as they were read last. */
  readonly side: (name: string) => readonly AnyRow[];
}
