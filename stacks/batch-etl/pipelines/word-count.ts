import { bounded, count, pipeline, schema, string } from "../../../pipeline";

const Line = schema("line", { line: string() });

/** How often each word is in a text: "the: 27", a line each. */
export const wordCount = pipeline("word-count", { lines: bounded(Line) }, ({ lines }) => ({
  counts: lines
    .flatMap({ word: string() }, ({ line }) =>
      line
        .toLowerCase()
        .split(/[^a-z']+/)
        .filter((word) => word !== "")
        .map((word) => ({ word })),
    )
    .groupBy("word")
    .aggregate({ count: count() })
    .map({ line: string() }, ({ word, count }) => ({ line: `${word}: ${count}` })),
}));
