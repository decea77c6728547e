import type { Endless, Flow } from "../flow";
import type { Fields } from "../schema/field";
import { after, type Draft, type Node } from "../graph/graph";

import type { StepReport } from "../graph/report";
import { formOf, sayNotAlike } from "./checks";

/** A flow that other rows join: of an endless one and a stateful one, a stateful one. */
export type FlattenedFlow<W extends Flow, V extends Flow> = W extends Endless
  ? "stateful" extends W | V
    ? "stateful"
    : W
  : W;

/** `unknown` where rows with these fields, coming so, can join; else a sentence. */
export type Joinable<F extends Fields, G extends Fields, W extends Flow, V extends Flow> = [Different<F, G>] extends [
  never,
]
  ? [FlowClass<W>] extends [FlowClass<V>]
    ? unknown
    : `one of the two is ${FlowClass<W>}, the other ${FlowClass<V>}: only rows that come alike can be put together`
  : `the rows differ in "${Different<F, G>}": let both have the same fields`;

type FlowClass<W extends Flow> = W extends Endless
  ? "a stream without windows"
  : W extends "windowed"
    ? "a stream in windows"
    : W extends "bounded"
      ? "bounded"
      : "bounded and in windows";

/** The names of the fields that only one has, or that are not of one type and mode. */
type Different<F extends Fields, G extends Fields> = {
  [Name in keyof F | keyof G]: Name extends keyof F & keyof G
    ? [F[Name]["type"], F[Name]["mode"]] extends [G[Name]["type"], G[Name]["mode"]]
      ? never
      : Name
    : Name;
}[keyof F | keyof G] &
  string;

export function flatten(of: Node, others: readonly Node[]): Draft {
  const all = [of, ...others];
  const times = new Set(all.map(({ stream }) => stream.eventTime));
  const remembers = all.some(({ stream }) => stream.flow === "stateful");
  return {
    kind: "flatten",
    fields: of.fields,
    stream: after(of.stream, {
      ...(remembers && of.stream.flow === "row-wise" && { flow: "stateful" }),
      ...(times.size > 1 && { eventTime: [...times].map((time) => time ?? "the publish time").join(" or ") }),
    }),
    describe(report) {
      if (others.length === 0) report.say("it takes the rows of others: .flatten(other)");
      for (const other of others) {
        sayDifferent(report, of.fields, other.fields);
        sayNotAlike(report, of, other);
      }
      return { kind: "flatten" };
    },
  };
}

function sayDifferent(report: StepReport, fields: Fields, others: Fields): void {
  for (const name of new Set([...Object.keys(fields), ...Object.keys(others)])) {
    const [one, other] = [fields[name], others[name]];
    if (one === undefined || other === undefined) {
      report.say(`only one of the two has a field "${name}": let both have the same fields`);
    } else if (formOf(one) !== formOf(other)) {
      report.say(`"${name}" is a ${one.mode} ${one.type} of the one and a ${other.mode} ${other.type} of the other`);
    }
  }
}
