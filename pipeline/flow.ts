/**
 * How rows come: what may follow, and what a pipeline needs of the machine that runs it, both depend on it.
 */

/**
 * - `bounded`: all of them are there; `bounded windows`: and they are in windows.
 * - `row-wise`: without an end, each by itself.
 * - `stateful`: without an end, after a step that remembers earlier rows.
 * - `windowed`: without an end, in windows.
 */
export type Flow = "bounded" | "bounded windows" | "row-wise" | "stateful" | "windowed";

/** Of a stream without windows nothing can be aggregated: it has no end. */
export type Endless = "row-wise" | "stateful";
export type Bounded = "bounded" | "bounded windows";
export type InWindows = "bounded windows" | "windowed";

/** After `.window(...)`. */
export type Windowed<W extends Flow> = W extends Bounded ? "bounded windows" : "windowed";
/** After a step that remembers rows. */
export type Remembering<W extends Flow> = W extends "row-wise" ? "stateful" : W;
/** Of the rows that a step refused: they are in no window. */
export type OfErrors<W extends Flow> = W extends Bounded ? "bounded" : W extends "row-wise" ? W : "stateful";

/**
 * What a pipeline needs: `row-wise`, every output row by itself, so that any number of machines may run it and none;
 * `windowed`, windows or state are kept; `bounded`, it reads all there is and ends.
 */
export type Shape = "row-wise" | "windowed" | "bounded";

/** The shape of a pipeline whose outputs come so. */
export type ShapeOfFlows<W extends Flow> = [W] extends [Bounded]
  ? "bounded"
  : [W] extends [Bounded | "row-wise"]
    ? "row-wise"
    : "windowed";

export const isBounded = (flow: Flow): flow is Bounded => flow === "bounded" || flow === "bounded windows";

export function shapeOfFlows(flows: readonly Flow[]): Shape {
  if (flows.every(isBounded)) return "bounded";
  return flows.every((flow) => isBounded(flow) || flow === "row-wise") ? "row-wise" : "windowed";
}
