/** In which order the nodes of each column stand, so that few links cross. */
import type { Link } from "./layers";

/** Times that all columns are gone through, there and back; more seldom finds better. */
const SWEEPS = 12;

/**
 * @param columns the nodes of each column; they are put in order
 * @param links between neighbouring columns only, from the earlier to the later
 */
export function inOrder(
  columns: readonly (readonly string[])[],
  links: readonly Link[],
): readonly (readonly string[])[] {
  let current = columns.map((column) => [...column]);
  let best = current;
  let fewest = crossings(best, links);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    const forward = sweep % 2 === 0;
    current = swept(current, links, forward);
    const now = crossings(current, links);
    if (now < fewest) [best, fewest] = [current, now];
  }
  return best;
}

/** Each column sorted by where its neighbours in the column before (or after) stand. */
function swept(columns: readonly string[][], links: readonly Link[], forward: boolean): string[][] {
  const place = new Map<string, number>();
  const result = columns.map((column) => [...column]);
  const note = (column: readonly string[]): void => {
    for (const [index, node] of column.entries()) place.set(node, index);
  };
  for (const column of result) note(column);
  const indexes = result.map((_, index) => index);
  for (const index of forward ? indexes : indexes.toReversed()) {
    const column = result[index] as string[];
    const wanted = new Map(column.map((node, at) => [node, middle(neighbours(node, links, forward), place) ?? at]));
    column.sort((a, b) => (wanted.get(a) as number) - (wanted.get(b) as number));
    note(column);
  }
  return result;
}

function neighbours(node: string, links: readonly Link[], before: boolean): readonly string[] {
  return before
    ? links.filter(({ to }) => to === node).map(({ from }) => from)
    : links.filter(({ from }) => from === node).map(({ to }) => to);
}

function middle(nodes: readonly string[], place: ReadonlyMap<string, number>): number | undefined {
  if (nodes.length === 0) return undefined;
  return nodes.reduce((sum, node) => sum + (place.get(node) ?? 0), 0) / nodes.length;
}

export function crossings(columns: readonly (readonly string[])[], links: readonly Link[]): number {
  const place = new Map<string, readonly [column: number, row: number]>();
  for (const [column, nodes] of columns.entries()) {
    for (const [row, node] of nodes.entries()) place.set(node, [column, row]);
  }
  const spans = links.map(({ from, to }) => {
    const [column = 0, start = 0] = place.get(from) ?? [];
    return { column, start, end: place.get(to)?.[1] ?? 0 };
  });
  let count = 0;
  for (const [index, a] of spans.entries()) {
    for (const b of spans.slice(index + 1)) {
      if (a.column === b.column && (a.start - b.start) * (a.end - b.end) < 0) count += 1;
    }
  }
  return count;
}
