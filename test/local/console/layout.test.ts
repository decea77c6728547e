import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nearest } from "../../../local/console/layout/heights";
import { type Link, layersOf, withoutCircles } from "../../../local/console/layout/layers";
import { type Box, layoutOf } from "../../../local/console/layout/layout";
import { crossings, inOrder } from "../../../local/console/layout/order";

const links = (...pairs: string[]): Link[] => pairs.map((pair) => ({ from: pair[0] as string, to: pair[1] as string }));

describe("columns", () => {
  test("follow the data: a node stands after all that leads to it", () => {
    //  a → b → c → d
    //  └───────↗
    const layers = layersOf(["a", "b", "c", "d"], links("ab", "bc", "ac", "cd"));
    expect([...layers]).toEqual(Object.entries({ a: 0, b: 1, c: 2, d: 3 }));
  });

  test("hold a second source just before what it leads to, not at the far left", () => {
    const layers = layersOf(["a", "b", "c", "z"], links("ab", "bc", "zc"));
    expect(layers.get("z")).toBe(1);
  });

  test("turn only the link that closes a circle, and know no link to itself", () => {
    expect(withoutCircles(["a", "b", "c"], links("ab", "bc", "cb", "cc"))).toEqual(links("ab", "bc"));
  });
});

test("two columns are ordered so that what need not cross does not", () => {
  const between = links("ax", "by", "cz");
  const ordered = inOrder(
    [
      ["a", "b", "c"],
      ["z", "x", "y"],
    ],
    between,
  );
  expect(
    crossings(
      [
        ["a", "b", "c"],
        ["z", "x", "y"],
      ],
      between,
    ),
  ).toBe(2);
  expect(crossings(ordered, between)).toBe(0);
});

test("nodes that want the same place share it evenly", () => {
  const column = ["a", "b"].map((id) => ({ id, height: 10 }));
  expect(nearest(column, [50, 50], 6)).toEqual([42, 58]);
});

test("nodes that have room stand where they want to", () => {
  const column = ["a", "b", "c"].map((id) => ({ id, height: 10 }));
  expect(nearest(column, [0, 40, 100], 6)).toEqual([0, 40, 100]);
});

const anyGraph = fc
  .integer({ min: 1, max: 12 })
  .chain((count) =>
    fc.record({
      sizes: fc.array(
        fc.record({ width: fc.integer({ min: 10, max: 80 }), height: fc.integer({ min: 10, max: 40 }) }),
        { minLength: count, maxLength: count },
      ),
      pairs: fc.array(fc.tuple(fc.nat({ max: count - 1 }), fc.nat({ max: count - 1 })), { maxLength: 20 }),
    }),
  )
  .map(({ sizes, pairs }) => ({
    sizes: new Map(sizes.map((size, index) => [`n${index}`, size])),
    links: pairs.filter(([a, b]) => a !== b).map(([a, b]) => ({ from: `n${a}`, to: `n${b}` })),
  }));

describe("the layout of any graph, with circles too", () => {
  test("has no two boxes that touch, and all of them inside", () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const { boxes, height, width } = layoutOf(graph.sizes, graph.links, { across: 40, down: 10 });
        const all = [...boxes.values()];
        expect(all).toHaveLength(graph.sizes.size);
        for (const [index, box] of all.entries()) {
          expect(box.x >= 0 && box.y >= -1e-6).toBe(true);
          expect(box.x + box.width <= width && box.y + box.height <= height + 1e-6).toBe(true);
          for (const other of all.slice(index + 1)) expect(overlap(box, other)).toBe(false);
        }
      }),
    );
  });

  test("has routes that begin and end at their boxes' sides and pass through no box", () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const { boxes, routes } = layoutOf(graph.sizes, graph.links, { across: 40, down: 10 });
        for (const [index, { from, to }] of graph.links.entries()) {
          const route = routes[index] ?? [];
          expect(onSide(boxes.get(from) as Box, route[0])).toBe(true);
          expect(onSide(boxes.get(to) as Box, route.at(-1))).toBe(true);
          for (const point of route.slice(1, -1)) {
            for (const box of boxes.values()) {
              expect(
                point.y > box.y && point.y < box.y + box.height && point.x > box.x && point.x < box.x + box.width,
              ).toBe(false);
            }
          }
        }
      }),
    );
  });

  test("is the same each time", () => {
    fc.assert(
      fc.property(anyGraph, ({ sizes, links: given }) => {
        const gaps = { across: 40, down: 10 };
        expect(layoutOf(sizes, given, gaps)).toEqual(layoutOf(sizes, given, gaps));
      }),
      { numRuns: 20 },
    );
  });
});

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height - 1e-6 && b.y < a.y + a.height - 1e-6;

const onSide = (box: Box, point: { readonly x: number; readonly y: number } | undefined): boolean =>
  point !== undefined &&
  (point.x === box.x || point.x === box.x + box.width) &&
  Math.abs(point.y - (box.y + box.height / 2)) < 1e-6;

test("a link to no node is said", () => {
  expect(() => layoutOf(new Map([["a", { width: 1, height: 1 }]]), links("ab"), { across: 1, down: 1 })).toThrow(
    "a link names b, which is no node",
  );
});
