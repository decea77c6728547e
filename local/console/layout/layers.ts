/** Which column each node stands in: after all that gives it data. */

export interface Link {
  readonly from: string;
  readonly to: string;
}

/**
 * Each link in a direction in which there is no circle: those that would close one are turned.
 * @returns the links, none of them from a node to itself, each pair once
 */
export function withoutCircles(nodes: readonly string[], links: readonly Link[]): readonly Link[] {
  const out = new Map<string, string[]>(nodes.map((node) => [node, []]));
  for (const { from, to } of links) if (from !== to && out.has(to)) out.get(from)?.push(to);
  const state = new Map<string, "open" | "done">();
  const straight = new Map<string, Link>();
  const visit = (node: string): void => {
    state.set(node, "open");
    for (const next of out.get(node) ?? []) {
      const link = state.get(next) === "open" ? { from: next, to: node } : { from: node, to: next };
      straight.set(`${link.from}\n${link.to}`, link);
      if (!state.has(next)) visit(next);
    }
    state.set(node, "done");
  };
  // From where data comes in, so that the links that are turned are those that lead back.
  const entered = new Set(links.filter(({ from, to }) => from !== to).map(({ to }) => to));
  for (const node of nodes) if (!entered.has(node) && !state.has(node)) visit(node);
  for (const node of nodes) if (!state.has(node)) visit(node);
  return [...straight.values()];
}

/**
 * The column of each node: one more than the furthest that leads to it. A node that nothing leads to stands just before
 * the nearest that it leads to.
 * @param links without circles
 */
export function layersOf(nodes: readonly string[], links: readonly Link[]): ReadonlyMap<string, number> {
  const before = grouped(links, "to", "from");
  const after = grouped(links, "from", "to");
  const layers = new Map<string, number>();
  const layerOf = (node: string): number => {
    const known = layers.get(node);
    if (known !== undefined) return known;
    const layer = Math.max(-1, ...(before.get(node) ?? []).map(layerOf)) + 1;
    layers.set(node, layer);
    return layer;
  };
  for (const node of nodes) layerOf(node);
  for (const node of nodes) {
    const next = after.get(node);
    if (before.has(node) || next === undefined) continue;
    layers.set(node, Math.min(...next.map((one) => layers.get(one) as number)) - 1);
  }
  return layers;
}

function grouped(links: readonly Link[], by: keyof Link, of: keyof Link): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const link of links) {
    const group = groups.get(link[by]);
    if (group === undefined) groups.set(link[by], [link[of]]);
    else group.push(link[of]);
  }
  return groups;
}
