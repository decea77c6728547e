/** How high each node stands: as near to its neighbours as the order and the distances allow. */
import type { Link } from "./layers";

const ROUNDS = 24;

/** A node of a column: half of its height, and of the gap to the next, is kept free on either side. */
export interface Placed {
  readonly id: string;
  readonly height: number;
}

/**
 * @param columns in their order from top to bottom
 * @param links between neighbouring columns only
 * @param gap between two nodes of a column
 * @returns the middle of each node; the topmost edge is at 0
 */
export function heightsOf(
  columns: readonly (readonly Placed[])[],
  links: readonly Link[],
  gap: number,
): ReadonlyMap<string, number> {
  const middles = new Map<string, number>();
  for (const column of columns) {
    let top = 0;
    for (const { id, height } of column) {
      middles.set(id, top + height / 2);
      top += height + gap;
    }
  }
  const neighbours = new Map<string, string[]>();
  for (const { from, to } of links) {
    for (const [a, b] of [
      [from, to],
      [to, from],
    ] as const) {
      const list = neighbours.get(a);
      if (list === undefined) neighbours.set(a, [b]);
      else list.push(b);
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const column of round % 2 === 0 ? columns : columns.toReversed()) {
      const wanted = column.map(({ id }) => average(neighbours.get(id), middles) ?? (middles.get(id) as number));
      for (const [index, middle] of nearest(column, wanted, gap).entries()) {
        middles.set((column[index] as Placed).id, middle);
      }
    }
  }
  const highest = Math.min(...columns.flat().map(({ id, height }) => (middles.get(id) as number) - height / 2));
  return new Map([...middles].map(([id, middle]) => [id, middle - highest]));
}

function average(nodes: readonly string[] | undefined, middles: ReadonlyMap<string, number>): number | undefined {
  if (nodes === undefined) return undefined;
  return nodes.reduce((sum, node) => sum + (middles.get(node) as number), 0) / nodes.length;
}

/**
 * The places that keep order and distances and are nearest to the wanted ones by least squares: pool adjacent violators.
 * @see https://en.wikipedia.org/wiki/Isotonic_regression
 */
export function nearest(column: readonly Placed[], wanted: readonly number[], gap: number): readonly number[] {
  // With the distances taken off, all that is left to keep is the order.
  const offsets: number[] = [];
  let offset = 0;
  for (const [index, { height }] of column.entries()) {
    if (index > 0) offset += (column[index - 1] as Placed).height / 2 + gap + height / 2;
    offsets.push(offset);
  }
  const blocks: { sum: number; count: number }[] = [];
  for (const [index, place] of wanted.entries()) {
    let block = { sum: place - (offsets[index] as number), count: 1 };
    for (
      let last = blocks.at(-1);
      last !== undefined && last.sum / last.count >= block.sum / block.count;
      last = blocks.at(-1)
    ) {
      block = { sum: block.sum + last.sum, count: block.count + last.count };
      blocks.pop();
    }
    blocks.push(block);
  }
  return blocks
    .flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count))
    .map((place, index) => place + (offsets[index] as number));
}
