import { describe, expect, test } from "vitest";
import { drawingOf } from "../../../local/console/drawing";
import * as fake from "./fake-view";

const place = (id: string, drawing = drawingOf(fake.gamingGraph)) => drawing.nodes.find((node) => node.id === id)?.box;

describe("a drawing", () => {
  test("runs from left to right, from where events come in to where they land", () => {
    const way = [fake.proxy, fake.topic, fake.pushSubscription, fake.pusher, fake.cleanTable];
    const lefts = way.map((id) => place(id)?.x ?? Number.NaN);
    expect(lefts).toEqual(lefts.toSorted((a, b) => a - b));
    expect(new Set(lefts).size).toBe(way.length);
  });

  test("puts a bucket behind the workload that reads from it, and its arrow at the workload", () => {
    const bucket = "google_storage_bucket.gaming-events";
    const graph = {
      nodes: fake.gamingGraph.nodes,
      edges: [...fake.gamingGraph.edges, { from: bucket, to: fake.pusher, kind: "read" as const }],
    };
    const drawing = drawingOf(graph);
    expect(place(fake.pusher, drawing)?.x).toBe(place(fake.pusher)?.x);
    const [from, to] = [place(bucket, drawing), place(fake.pusher, drawing)];
    expect(from?.x).toBeGreaterThan(to?.x ?? Infinity);
    const points = drawing.edges.at(-1)?.points;
    expect([points?.[0]?.x, points?.at(-1)?.x]).toEqual([from?.x, (to?.x ?? 0) + (to?.width ?? 0)]);
  });

  test("leaves out what the journey does not touch", () => {
    const alone = { id: "google_bigquery_table.other", kind: "table" as const, label: "other.table" };
    const drawing = drawingOf({ ...fake.gamingGraph, nodes: [...fake.gamingGraph.nodes, alone] });
    expect(drawing.nodes).toHaveLength(fake.gamingGraph.nodes.length);
  });
});
