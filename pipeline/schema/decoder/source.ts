/**
 * The source of a decoder: one function for each record of the schema, which steps over the bytes of an object and
 * gives a row. It knows the names that may come, tries the one that is due first, and reads each value by its
 * type's rules. Whatever is not as expected makes it give undefined.
 *
 * In the source: `b` the bytes, `i` the place, `end` where the event ends; a function begins after the opening
 * brace and leaves the place after the closing one in `cursor.at`. The byte before `end` is a closing brace, so
 * no number, name or word can run over it; only text in quotes can, and looks.
 */
import type { FieldSpec } from "../../spec";
import { keyOf } from "../generated";
import { readValue, type Scope } from "./values";

export interface RecordSource {
  readonly fields: readonly FieldSpec[];
  /** Names of the fields that are read; of the others only the form is checked. */
  readonly reads: ReadonlySet<string>;
  /** Names of the fields that the caller sets. */
  readonly metadata: ReadonlySet<string>;
  /** How many lists and objects it lies in, itself one of them. */
  readonly depth: number;
}

/** Writes the function of a record and of all within it. @returns its name */
export function recordFunction(record: RecordSource, scope: Scope): string {
  const name = `record${scope.functions.length}`;
  // Its place is taken before those of the records within it.
  const index = scope.functions.push("") - 1;
  const coming = record.fields.filter((field) => !record.metadata.has(field.name));
  const read = record.fields.filter((field) => record.reads.has(field.name));
  const variable = (field: FieldSpec): string => `f${record.fields.indexOf(field)}`;
  const nested = (fields: readonly FieldSpec[], depth: number): string =>
    recordFunction({ fields, reads: new Set(fields.map((field) => field.name)), metadata: new Set(), depth }, scope);

  const values = coming.map((field, k) => {
    const value = record.reads.has(field.name)
      ? readValue(field, variable(field), record.depth, scope, nested)
      : passOver(record.depth);
    return `case ${k}:\n${value}\nbreak;`;
  });

  scope.functions[index] = `function ${name}(b, i, end) {
let ${["due = 0", "k = 0", "s = 0", "from = 0", "n = 0", "fraction = 0", "minus = false", ...read.map(variable)].join(", ")};
${skipSpace}
if (b[i] === 125) i++;
else for (;;) {
  if (b[i] !== 34) return undefined;
  ${matchName(coming)}
  if (b[i] === 58) i++;
  else {
    i = spaceEnd(b, i, end);
    if (b[i++] !== 58) return undefined;
  }
  ${skipSpace}
  switch (k) {
    ${values.join("\n")}
    default:
      ${passOver(record.depth)}
  }
  if (b[i] <= 32) i = spaceEnd(b, i, end);
  if (b[i] === 44) {
    i++;
    ${skipSpace}
    continue;
  }
  if (b[i++] !== 125) return undefined;
  break;
}
cursor.at = i;
${read.map((field) => absent(field, variable(field), record)).join("\n")}
return { ${read.map((field) => `${keyOf(field.name)}: ${record.metadata.has(field.name) ? "null" : variable(field)}`).join(", ")} };
}`;
  return name;
}

/** Steps over a value of whatever type: quickly, where it is text without escapes. */
const passOver = (depth: number): string => `s = i;
if (b[i] === 34) {
  i++;
  while (i < end && plain[b[i]] === 1) i++;
}
if (b[s] === 34 && b[i] === 34) i++;
else {
  i = valueEnd(b, s, end, ${depth});
  if (i < 0) return undefined;
}`;

const skipSpace = "if (b[i] <= 32) i = spaceEnd(b, i, end);";

/** Bytes of a name and its closing quote, compared at an offset from the opening quote. */
function matches(name: string): string {
  const bytes = [...Buffer.from(name), 34];
  return bytes.map((byte, j) => `b[i + ${j + 1}] === ${byte}`).join(" && ");
}

/** Finds which field's name stands at the place: the one that is due, else any; -1 where it is none of ours. */
function matchName(fields: readonly FieldSpec[]): string {
  const due = fields.map(
    ({ name }, k) => `case ${k}: if (${matches(name)}) { k = ${k}; i += ${name.length + 2}; } break;`,
  );
  const lengths = [...new Set(fields.map(({ name }) => name.length))];
  const any = lengths.map((length) => {
    const tests = fields.map(({ name }, k) => (name.length === length ? `if (${matches(name)}) k = ${k};` : ""));
    return `case ${length}: ${tests.filter((test) => test !== "").join(" else ")} break;`;
  });
  return `k = -1;
  switch (due) { ${due.join("\n")} }
  if (k < 0) {
    s = i + 1;
    while (s < end && plain[b[s]] === 1) s++;
    if (b[s] !== 34) return undefined;
    switch (s - i - 1) { ${any.join("\n")} }
    i = s + 1;
  }
  if (k >= 0) due = k + 1;`;
}

function absent(field: FieldSpec, v: string, { metadata }: RecordSource): string {
  if (metadata.has(field.name)) return "";
  if (field.mode === "NULLABLE") return `if (${v} === undefined) ${v} = null;`;
  if (field.mode === "REPEATED") return `if (${v} === undefined) ${v} = [];`;
  return `if (${v} === undefined) return undefined;`;
}
