/**
 * The source of a decoder: one function for each record of the schema, which steps over the bytes of an object and
 * gives a row. It knows the names that may come, tries the one that is due first, and has each value read by its
 * type's reader. Whatever is not as expected makes it give undefined.
 *
 * In the source: `b` the bytes, `w` a view of them, `i` the place, `end` where the event ends. Functions begin at the
 * opening brace or bracket and leave the place after the closing one in `cursor.at`.
 */
import type { FieldSpec } from "../../spec";
import { keyOf } from "../generated";
import { NameLookup } from "./name-lookup";

/** What the source of one decoder is made into, and what it asks for. */
export interface Source {
  readonly functions: string[];
  /** Fields that readers are told of, as `fields[i]`. */
  readonly fields: FieldSpec[];
  /** Finds the names of a record that are not due, as `lookups[i]`. */
  readonly lookups: NameLookup[];
  /** Names that are compared in loops, with quotes and colon, as `names[i]`. */
  readonly names: Buffer[];
  /** How many interners there are to be, as `interners[i]`. */
  interners: number;
}

export interface RecordSource {
  readonly fields: readonly FieldSpec[];
  /** Those that are read; of the others only the form is checked. */
  readonly reads: readonly FieldSpec[];
  /** Names of the fields that the caller sets. */
  readonly metadata: ReadonlySet<string>;
  /** Of the field that is read as a number, and is not in the row. */
  readonly time?: FieldSpec | undefined;
  /** How many lists and objects lie around it. */
  readonly depth: number;
}

/** Writes the function of a record and of all within it. @returns its name */
export function recordFunction({ fields, reads, metadata, time, depth }: RecordSource, source: Source): string {
  const coming = fields.filter(({ name }) => !metadata.has(name));
  const variables = reads.map((_, i) => `v${i}`);
  if (time !== undefined) variables.push("time");
  const cases = coming.map((field, k) => {
    if (field === time) return `case ${k}: ${readTime(field, source)} break;`;
    const read = reads.indexOf(field);
    const statement = read < 0 ? passOver(depth + 1) : readInto(variables[read] as string, field, depth + 1, source);
    return `case ${k}: ${statement} break;`;
  });
  const values = reads.map(({ name }, i) => `${keyOf(name)}: ${metadata.has(name) ? "null" : variables[i]}`);
  const absences = [...reads, ...(time === undefined ? [] : [time])].map((field, i) =>
    metadata.has(field.name) ? "" : absent(field, variables[i] as string),
  );
  return define(
    source,
    `let ${["due = 0", "k = 0", ...variables].join(", ")};
  if (b[i++] !== 123) return undefined;
  ${skipSpace}
  if (b[i] === 125) i++;
  else for (;;) {
    ${matchName(coming, source)}
    switch (k) {
      ${cases.join("\n      ")}
      default: ${passOver(depth + 1)}
    }
    i = cursor.at;
    ${skipSpace}
    if (b[i] === 44) {
      i++;
      ${skipSpace}
      continue;
    }
    if (b[i++] !== 125) return undefined;
    break;
  }
  ${absences.filter((line) => line !== "").join("\n  ")}
  cursor.at = i;
  ${time === undefined ? "" : "cursor.time = time;"}
  return { ${values.join(", ")} };`,
  );
}

/** Writes the function of a list of some field's values. */
function listFunction(field: FieldSpec, depth: number, source: Source): string {
  return define(
    source,
    `const list = [];
  let v;
  if (b[i++] !== 91) return undefined;
  ${skipSpace}
  if (b[i] === 93) i++;
  else for (;;) {
    ${readInto("v", { ...field, mode: "REQUIRED" }, depth + 1, source)}
    list.push(v);
    i = cursor.at;
    ${skipSpace}
    if (b[i] === 44) {
      i++;
      ${skipSpace}
      continue;
    }
    if (b[i++] !== 93) return undefined;
    break;
  }
  cursor.at = i;
  return list;`,
  );
}

function define(source: Source, body: string): string {
  const name = `read${source.functions.length}`;
  source.functions.push(`function ${name}(b, w, i, end) {\n  ${body}\n}`);
  return name;
}

const skipSpace = "if (b[i] <= 32) i = spaceEnd(b, i, end);";

/** Steps over a value of whatever type. */
const passOver = (depth: number): string => `if (!passOver(b, w, i, end, ${depth})) return undefined;`;

const LETTER_N = 110;

/** Reads a field's value into a variable. @param depth how many lists and objects lie around it */
function readInto(v: string, field: FieldSpec, depth: number, source: Source): string {
  const value = valueOf(field, depth, source);
  const orNull = field.mode === "NULLABLE" ? `b[i] === ${LETTER_N} ? nullAt(b, i) : ${value}` : value;
  const orEmpty = field.mode === "REPEATED" ? `b[i] === ${LETTER_N} && nullAt(b, i) === null ? [] : ${value}` : orNull;
  return `${v} = ${orEmpty}; if (${v} === undefined) return undefined;`;
}

/** Reads the field that is not to be in the row. */
function readTime(field: FieldSpec, source: Source): string {
  const told = `fields[${source.fields.push(field) - 1}]`;
  return `time = epochMillisecondsAt(b, i, end, ${told}, epochs["${field.encoding}"]); if (time === undefined) return undefined;`;
}

/** The call that reads a value. */
function valueOf(field: FieldSpec, depth: number, source: Source): string {
  if (field.mode === "REPEATED") return `${listFunction(field, depth, source)}(b, w, i, end)`;
  const told = (): string => `fields[${source.fields.push(field) - 1}]`;
  const interner = (): string => `interners[${source.interners++}]`;
  switch (field.type) {
    case "STRING": {
      const text = `stringAt(b, w, i, end, ${interner()})`;
      return field.values === undefined ? text : `listed(${text}, ${told()})`;
    }
    case "INTEGER":
      return field.as === "text" ? `oddScalar(b, i, end, ${told()})` : `integerAt(b, i, end, ${told()})`;
    case "FLOAT":
      return `floatAt(b, i, end, ${told()})`;
    case "BOOLEAN":
      return "booleanAt(b, i)";
    case "TIMESTAMP":
      return field.encoding === undefined || field.encoding === "text"
        ? "timestampAt(b, w, i, end)"
        : `epochAt(b, i, end, ${told()}, epochs["${field.encoding}"])`;
    case "DATE":
    case "DATETIME":
    case "TIME":
      return `civilAt(b, w, i, end, ${interner()}, "${field.type}")`;
    case "NUMERIC":
    case "BYTES":
      return `oddScalar(b, i, end, ${told()})`;
    case "JSON":
      return `jsonAt(b, i, end, ${depth})`;
    case "RECORD": {
      const fields = field.fields ?? [];
      return `${recordFunction({ fields, reads: fields, metadata: new Set(), depth }, source)}(b, w, i, end)`;
    }
  }
}

/** Beyond so many bytes of names they are compared in loops: V8 optimizes no function of more than 60 KB. */
const MOST_UNROLLED = 4_000;

/** Finds which field's name stands at the place, and steps over it and its colon: the one that is due, else any. */
function matchName(fields: readonly FieldSpec[], source: Source): string {
  // What JSON may write otherwise is never met here: its names are not plain, and so left to the readable way.
  const names = fields.map(({ name }) => (/^[ !#-[\]-~]+$/.test(name) ? Buffer.from(`"${name}":`) : undefined));
  const unrolled = names.reduce((sum, name) => sum + (name?.length ?? 0), 0) <= MOST_UNROLLED;
  const due = names.map((name, k) => {
    if (name === undefined) return "";
    const there = unrolled ? stands(name) : `isAt(b, i, names[${source.names.push(name) - 1}])`;
    return `case ${k}: if (${there}) { k = ${k}; i += ${name.length}; } break;`;
  });
  const lookup = source.lookups.push(new NameLookup(fields.map(({ name }) => name))) - 1;
  return `k = -1;
    switch (due) { ${due.join("\n")} }
    if (k < 0) {
      k = nameAt(b, w, i, end, lookups[${lookup}]);
      if (k < -1) return undefined;
      i = cursor.at;
    }
    if (k >= 0) due = k + 1;
    ${skipSpace}`;
}

/** Whether bytes stand at the place, four at a time. */
function stands(name: Buffer): string {
  const words = Math.floor(name.length / 4);
  const fours = Array.from(
    { length: words },
    (_, k) => `w.getInt32(i + ${4 * k}, true) === ${name.readInt32LE(4 * k)}`,
  );
  const rest = Array.from(name.subarray(4 * words), (byte, j) => `b[i + ${4 * words + j}] === ${byte}`);
  return [`i + ${name.length} < end`, ...fours, ...rest].join(" && ");
}

function absent(field: FieldSpec, v: string): string {
  if (field.mode === "NULLABLE") return `if (${v} === undefined) ${v} = null;`;
  if (field.mode === "REPEATED") return `if (${v} === undefined) ${v} = [];`;
  return `if (${v} === undefined) return undefined;`;
}
