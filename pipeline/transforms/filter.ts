import type { Draft, Node } from "../graph/graph";
import type { AnyFunction } from "../udf/portable";
import { carryRowFunction } from "./checks";
import { rowFunction, type Constants, type FunctionOptions } from "./function";

/** Keeps the rows for which the function is true. */
export const filter = (of: Node, keep: AnyFunction, options: FunctionOptions<Constants>): Draft => ({
  kind: "filter",
  name: options.name,
  fields: of.fields,
  stream: of.stream,
  describe: (report) => ({
    kind: "filter",
    function: carryRowFunction(report, of.fields, keep, rowFunction(".filter("), options.constants),
  }),
});

/** Rows for which the function is not true are errors that carry the sentence. */
export const assert = (of: Node, sentence: string, holds: AnyFunction, options: FunctionOptions<Constants>): Draft => ({
  kind: "assert",
  name: options.name,
  fields: of.fields,
  stream: of.stream,
  describe(report) {
    if (sentence.trim() === "") report.say('its sentence is empty: say what holds, as in "value is never negative"');
    return {
      kind: "assert",
      message: sentence,
      function: carryRowFunction(report, of.fields, holds, rowFunction('.assert("...", '), options.constants),
    };
  },
});
