import type { FieldSpec } from "../spec";
import { generate, keyOf, literal, read } from "./generated";
import { plainJson } from "./plain-json";
import type { AnyRow } from "./row";
import { normalInteger64, normalTextOf } from "./scalar";

/**
 * The fast check of what a function gave: a function that gives the row, or undefined where anything is not as it
 * should be. Why, it does not know.
 */
export function compileValues(fields: readonly FieldSpec[]): Values {
  const functions: string[] = [];
  const main = recordFunction(fields, functions);
  const scope = { plainJson, integer64: normalInteger64, ...normalTextOf };
  return generate(`${functions.join("\n")}\nreturn ${main};`, scope) as Values;
}

type Values = (value: unknown) => AnyRow | undefined;

/** Writes a function for a record and all within it. @returns its name */
function recordFunction(fields: readonly FieldSpec[], functions: string[]): string {
  const checks = fields.map(
    (field, i) => `  let v${i} = ${read("given", field.name)};\n${fieldCheck(field, `v${i}`, functions)}`,
  );
  const name = `record${functions.length}`;
  functions.push(`function ${name}(given) {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return undefined;
${checks.join("\n")}
  return { ${fields.map((field, i) => `${keyOf(field.name)}: v${i}`).join(", ")} };
}`);
  return name;
}

/** Statements that bring a variable to its one form, or leave the function with undefined. */
function fieldCheck(field: FieldSpec, v: string, functions: string[]): string {
  const check = valueCheck(field, field.mode === "REPEATED" ? "one" : v, functions);
  if (field.mode === "REQUIRED") return check;
  if (field.mode === "NULLABLE") return `if (${v} === undefined || ${v} === null) ${v} = null;\nelse {\n${check}\n}`;
  return `if (${v} === undefined || ${v} === null) ${v} = [];
else {
  if (!Array.isArray(${v})) return undefined;
  const list = [];
  for (let one of ${v}) {
    ${check}
    list.push(one);
  }
  ${v} = list;
}`;
}

function valueCheck(field: FieldSpec, v: string, functions: string[]): string {
  switch (field.type) {
    case "STRING":
      return field.values === undefined
        ? `if (typeof ${v} !== "string" || !${v}.isWellFormed()) return undefined;`
        : `if (${field.values.map((value) => `${v} !== ${literal(value)}`).join(" && ")}) return undefined;`;
    case "INTEGER":
      if (field.as === "text")
        return `if (typeof ${v} !== "string" || (${v} = integer64(${v})) === undefined) return undefined;`;
      return `if (!Number.isSafeInteger(${v})) return undefined;\n${v} += 0;`;
    case "FLOAT":
      return `if (!Number.isFinite(${v})) return undefined;\n${v} += 0;`;
    case "BOOLEAN":
      return `if (typeof ${v} !== "boolean") return undefined;`;
    case "JSON":
      return `if ((${v} = plainJson(${v})) === undefined) return undefined;`;
    case "RECORD":
      return `if ((${v} = ${recordFunction(field.fields ?? [], functions)}(${v})) === undefined) return undefined;`;
    default:
      return `if (typeof ${v} !== "string" || (${v} = ${field.type}(${v})) === undefined) return undefined;`;
  }
}
