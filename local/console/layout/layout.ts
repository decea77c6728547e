/** Where the nodes of a graph stand and how its links run: columns from left to right, in the direction of the data. */
import { heightsOf, type Placed } from "./heights";
import { layersOf, type Link, withoutCircles } from "./layers";
import { inOrder } from "./order";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Size {
  /** Left and top. */
  readonly x: number;
  readonly y: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Layout extends Size {
  /** As high as was asked for, and as wide as the widest of their column. */
  readonly boxes: ReadonlyMap<string, Box>;
  /** One a link, in their order: from the edge of one box to the edge of the other. */
  readonly routes: readonly (readonly Point[])[];
}

export interface Gaps {
  /** Between columns: links run there. */
  readonly across: number;
  /** Between the nodes of a column. */
  readonly down: number;
}

/** A link that passes a column does so on a place of its own. */
const PASSAGE = 14;

/** @throws Error where a link names a node that has no size */
export function layoutOf(sizes: ReadonlyMap<string, Size>, links: readonly Link[], gaps: Gaps): Layout {
  for (const { from, to } of links) {
    for (const node of [from, to]) if (!sizes.has(node)) throw new Error(`a link names ${node}, which is no node`);
  }
  const nodes = [...sizes.keys()];
  const straight = withoutCircles(nodes, links);
  const layers = layersOf(nodes, straight);
  const passages = new Passages(straight, layers);
  const columns = inOrder(columnsOf([...layers, ...passages.layers]), passages.links);
  const placed = columns.map((column) =>
    column.map((id): Placed => ({ id, height: sizes.get(id)?.height ?? PASSAGE })),
  );
  const middles = heightsOf(placed, passages.links, gaps.down);
  const widths = columns.map((column) => Math.max(0, ...column.map((id) => sizes.get(id)?.width ?? 0)));
  const lefts: number[] = [];
  for (const [index] of widths.entries()) {
    lefts.push(index === 0 ? 0 : (lefts[index - 1] as number) + (widths[index - 1] as number) + gaps.across);
  }
  const boxes = new Map<string, Box>();
  for (const [id, { height }] of sizes) {
    const column = layers.get(id) as number;
    const [x, width] = [lefts[column] as number, widths[column] as number];
    boxes.set(id, { x, y: (middles.get(id) as number) - height / 2, width, height });
  }
  const routes = links.map(({ from, to }) => {
    const turned = (layers.get(from) as number) > (layers.get(to) as number);
    const [first, last] = turned ? [to, from] : [from, to];
    const points = [
      sideOf(boxes.get(first) as Box, "right"),
      ...passages.between(first, last).flatMap((id, index) => {
        const column = (layers.get(first) as number) + 1 + index;
        const y = middles.get(id) as number;
        const x = lefts[column] as number;
        return [
          { x, y },
          { x: x + (widths[column] as number), y },
        ];
      }),
      sideOf(boxes.get(last) as Box, "left"),
    ];
    return turned ? points.toReversed() : points;
  });
  return {
    boxes,
    routes,
    width: (lefts.at(-1) ?? 0) + (widths.at(-1) ?? 0),
    height: Math.max(0, ...placed.flat().map(({ id, height }) => (middles.get(id) as number) + height / 2)),
  };
}

function sideOf({ x, y, width, height }: Box, side: "left" | "right"): Point {
  return { x: side === "left" ? x : x + width, y: y + height / 2 };
}

function columnsOf(layers: readonly (readonly [string, number])[]): string[][] {
  const columns: string[][] = [];
  for (const [node, layer] of layers) (columns[layer] ??= []).push(node);
  return Array.from(columns, (column) => column ?? []);
}

/** Links over more than one column, cut into pieces by a passage in each column between. */
class Passages {
  readonly layers = new Map<string, number>();
  readonly links: Link[] = [];

  constructor(links: readonly Link[], layers: ReadonlyMap<string, number>) {
    for (const { from, to } of links) {
      let last = from;
      for (let layer = (layers.get(from) as number) + 1; layer < (layers.get(to) as number); layer++) {
        const passage = passageOf(from, to, layer);
        this.layers.set(passage, layer);
        this.links.push({ from: last, to: passage });
        last = passage;
      }
      this.links.push({ from: last, to });
    }
  }

  /** In the order in which the link passes them. */
  between(from: string, to: string): readonly string[] {
    return [...this.layers.keys()].filter((passage) => passage.startsWith(passageOf(from, to, "")));
  }
}

const passageOf = (from: string, to: string, layer: number | ""): string => `${from}\n${to}\n${layer}`;
