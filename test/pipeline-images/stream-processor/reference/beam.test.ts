/**
 * The model, held against what Apache Beam itself fired for the same elements, watermarks and clock. Beam's answers
 * stand in beam-cases.json; beam_cases.py asked for them.
 */
import { expect, test } from "vitest";
import beamCases from "./beam-cases.json";
import { Panes, type Strategy } from "./panes";
import { windowsOf } from "./windows";

interface Fired {
  readonly key: string;
  readonly start?: number;
  readonly end?: number;
  readonly values: readonly number[];
  readonly timing: string;
  readonly index: number;
}

interface Case extends Strategy {
  readonly name: string;
  readonly events: readonly {
    readonly key?: string;
    readonly time?: number;
    readonly value?: number;
    readonly watermark?: number;
    readonly pass?: number;
  }[];
  readonly panes: readonly Fired[];
}

const SECOND = 1_000;

/** What the model fires, each event a batch of its own. */
function fired({ events, ...strategy }: Case): readonly Fired[] {
  const found: Fired[] = [];
  const panes = new Panes<number>(strategy, ({ key, window: { start, end }, elements, timing, index }) => {
    const bounds = end === Infinity ? {} : { start: start / SECOND, end: end / SECOND };
    found.push({ key, ...bounds, values: elements.toSorted((a, b) => a - b), timing, index });
  });
  let now = 0;
  panes.advanceWatermark(0, now);
  for (const { key = "", time, value = 0, watermark, pass } of events) {
    if (watermark !== undefined) panes.advanceWatermark(watermark * SECOND, now);
    if (pass !== undefined) now += pass * SECOND;
    if (time !== undefined) {
      for (const window of windowsOf(strategy.windowing, time * SECOND)) panes.take(key, window, value, now, () => {});
    }
    panes.ask(now);
  }
  panes.advanceWatermark(Infinity, now);
  return inOrder(found);
}

const inOrder = (panes: readonly Fired[]): readonly Fired[] =>
  panes.toSorted(
    (a, b) =>
      (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) ||
      (a.start ?? 0) - (b.start ?? 0) ||
      (a.end ?? 0) - (b.end ?? 0) ||
      a.index - b.index,
  );

/** Beam's panes less those into which nothing came, which we do not fire (FIRE_IF_NON_EMPTY); indexes count the rest. */
function withoutEmpty({ panes, accumulation }: Case): readonly Fired[] {
  const kept: Fired[] = [];
  for (const pane of panes) {
    const before = kept.filter(({ key, start, end }) => key === pane.key && start === pane.start && end === pane.end);
    const last = accumulation === "accumulating" ? (before.at(-1)?.values.length ?? 0) : 0;
    if (pane.values.length > last) kept.push({ ...pane, index: before.length });
  }
  return inOrder(kept);
}

/** Where Beam for Python does otherwise, and what the definition says. */
const otherwise: { readonly [start: string]: string } = {
  "rows or time":
    "after a pane the first part of afterAny is as good as met: the next row alone is a pane, where early and late, and what is repeated, begin anew with all of their parts (decision 073)",
};
const differs = ({ name }: Case): boolean => Object.keys(otherwise).some((start) => name.startsWith(start));

const cases = beamCases.cases as readonly unknown[] as readonly Case[];

test.each(cases.filter((one) => !differs(one)))("$name", (one) => {
  expect(fired(one)).toEqual(withoutEmpty(one));
});

test.each(cases.filter(differs))("$name: Beam for Python does otherwise", (one) => {
  expect(fired(one)).not.toEqual(withoutEmpty(one));
});
