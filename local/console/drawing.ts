/** The journey's graph with places: what the page draws. */
import type { EdgeKind, GraphEdge, GraphNode, JourneyGraph } from "../graph";
import { type Box, layoutOf, type Point } from "./layout/layout";

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly (GraphNode & { readonly box: Box })[];
  readonly edges: readonly DrawnEdge[];
}

export interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  readonly both?: true;
  readonly points: readonly Point[];
}

/** Of the page's font, in pixels, as far as a server can know it: the page itself cuts what does not fit. */
const CHARACTER = 7.7;
const NARROWEST = 160;
const WIDEST = 270;
/** Icon and padding beside the label. */
const AROUND = 66;
const HEIGHT = 60;
const GAPS = { across: 64, down: 18 };

export function drawingOf({ nodes, edges }: JourneyGraph): Drawing {
  const shown = nodes.filter((node) => isConnected(node, edges));
  const sizes = new Map(shown.map((node) => [node.id, { width: widthOf(node.label), height: HEIGHT }]));
  const buckets = new Set(nodes.filter(({ kind }) => kind === "bucket").map(({ id }) => id));
  // A bucket that a workload reads its settings from is no earlier station of the journey: it stands behind it.
  const isBehind = ({ from, kind }: GraphEdge): boolean => kind === "read" && buckets.has(from);
  const links = edges.map((edge) => (isBehind(edge) ? { from: edge.to, to: edge.from } : edge));
  const { boxes, height, routes, width } = layoutOf(sizes, links, GAPS);
  return {
    width,
    height,
    nodes: shown.map((node) => ({ ...node, box: boxes.get(node.id) as Box })),
    edges: edges.map((edge, index) => {
      const route = routes[index] ?? [];
      return { ...edge, points: isBehind(edge) ? route.toReversed() : route };
    }),
  };
}

/** What nothing leads to or from (a table beside the journey) would stand there like a beginning. */
function isConnected({ id }: GraphNode, edges: JourneyGraph["edges"]): boolean {
  return edges.some(({ from, to }) => from === id || to === id);
}

function widthOf(label: string): number {
  return Math.round(Math.min(WIDEST, Math.max(NARROWEST, label.length * CHARACTER + AROUND)));
}
