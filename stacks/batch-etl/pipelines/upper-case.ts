import { bounded, pipeline, schema, string } from "../../../pipeline";

const Line = schema("line", { line: string() });

/** The smallest pipeline that does something. */
export const upperCase = pipeline("upper-case", { lines: bounded(Line) }, ({ lines }) => ({
  results: lines.map({ line: string() }, ({ line }) => ({ line: line.toUpperCase() })),
}));
