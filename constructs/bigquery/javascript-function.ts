import type { Construct } from "constructs";
import type { AnyField, Row, ValueOf } from "../../pipeline/schema/field";
import type { FieldType } from "../../pipeline/spec";
import type { Obstacle } from "../../pipeline/udf/check";
import { portable } from "../../pipeline/udf/portable";
import type { FunctionRole } from "../../pipeline/udf/problem";
import type { Rules } from "../core/rules";
import { literal } from "../core/text";
import { argumentsOf, Routine, routineRules, typeText, type RoutineProps } from "./routine";

/** Fields whose values are the same to BigQuery's JavaScript and to the pipeline language. */
type ScriptField = AnyField & { readonly type: ScriptType };
type ScriptType = "STRING" | "FLOAT" | "BOOLEAN" | "BYTES" | "JSON" | "RECORD";
type ScriptFields = { readonly [name: string]: ScriptField };

export interface JavaScriptFunctionProps<
  Arguments extends ScriptFields,
  Result extends ScriptField,
> extends RoutineProps {
  /** Text, floating-point numbers, booleans, bytes (as base64), JSON, lists and records of them. */
  readonly arguments: Arguments;
  readonly returns: Result;
  /**
   * An arrow function of the arguments by name. It travels as text, so it uses nothing of its file; where an argument
   * that is not `nullable` is NULL, it is not called, and the result is NULL.
   */
  readonly function: (row: Row<Arguments>) => ValueOf<Result>;
}

const role: FunctionRole = {
  data: ["row"],
  handIn: (_parameters, _use, name) => `write what ${name} is into the function`,
};

/** @see https://cloud.google.com/bigquery/docs/user-defined-functions#supported-javascript-udf-data-types */
const types: readonly FieldType[] = ["STRING", "FLOAT", "BOOLEAN", "BYTES", "JSON", "RECORD"];
const LARGEST = 32 * 1024;
/** Names that a parameter of JavaScript's may not have. */
const reserved =
  /^(await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|export|extends|false|finally|for|function|if|import|in|instanceof|let|new|null|return|static|super|switch|this|throw|true|try|typeof|var|void|while|with|yield)$/;

interface Judged extends RoutineProps {
  readonly arguments?: { readonly [name: string]: AnyField };
  readonly returns?: AnyField;
  readonly body?: string;
  readonly obstacles?: readonly Obstacle[];
}

const page = "https://cloud.google.com/bigquery/docs/user-defined-functions#javascript-udf-structure";

const rules: Rules<Judged> = [
  ...routineRules,
  {
    id: "arguments-types",
    reads: ["arguments", "returns"],
    page: "https://cloud.google.com/bigquery/docs/user-defined-functions#supported-javascript-udf-data-types",
    broken({ arguments: all = {}, returns }) {
      const wrong = Object.entries(all).flatMap(([name, field]) => unfit(`arguments.${name}`, field));
      const [first] = [...wrong, ...(returns === undefined ? [] : unfit("returns", returns))];
      return first && `${first}: to BigQuery's JavaScript it is another value than to a pipeline. Take text or a float`;
    },
  },
  {
    id: "arguments-reserved",
    reads: ["arguments"],
    page,
    broken({ arguments: all = {} }) {
      const wrong = Object.keys(all).find((name) => reserved.test(name));
      return wrong && `arguments has "${wrong}", a word that JavaScript keeps for itself`;
    },
  },
  {
    id: "function-portable",
    reads: ["obstacles"],
    page,
    broken({ obstacles }) {
      if (obstacles === undefined) return undefined;
      const problems = obstacles.map(({ what, excerpt, wayOut }) => {
        const line = excerpt === undefined ? "" : `: ${excerpt}`;
        return `function${what}${line}: ${wayOut}`;
      });
      return problems.join("; ");
    },
  },
  {
    id: "function-size",
    reads: ["body"],
    page: "https://cloud.google.com/bigquery/quotas#udf_limits",
    broken({ body = "" }) {
      const bytes = Buffer.byteLength(body);
      return bytes > LARGEST ? `function is ${bytes} bytes: BigQuery takes at most ${LARGEST} inline` : undefined;
    },
  },
];

/** The places that have a type which is another value to BigQuery's JavaScript. */
function unfit(where: string, { type, fields = {} }: AnyField): string[] {
  const here = types.includes(type) ? [] : [`${where} is a ${type}`];
  return [...here, ...Object.entries(fields).flatMap(([name, field]) => unfit(`${where}.${name}`, field))];
}

/** What stands between the dollars of CREATE FUNCTION. */
function bodyOf(all: ScriptFields, source: string): string {
  const names = Object.keys(all);
  const given = names.filter((name) => all[name]?.mode !== "NULLABLE").map((name) => `${name} === null`);
  const guard = given.length === 0 ? "" : `if (${given.join(" || ")}) return null;\n`;
  return `${guard}return (${source})({ ${names.join(", ")} });`;
}

/**
 * A function in JavaScript that gives a value, written as a function and checked by the compiler.
 *
 *     new JavaScriptFunction(this, "host", {
 *       dataset,
 *       arguments: { url: string() },
 *       returns: nullable(string()),
 *       function: ({ url }) => url.split("/")[2] ?? null,
 *     });
 *
 * @throws InvalidProps
 * @see https://cloud.google.com/bigquery/docs/user-defined-functions#javascript-udf-structure
 */
export class JavaScriptFunction<
  const Arguments extends ScriptFields,
  Result extends ScriptField,
> extends Routine<Judged> {
  constructor(scope: Construct, id: string, props: JavaScriptFunctionProps<Arguments, Result>) {
    const made = portable(props.function, role, undefined);
    const body = "spec" in made ? bodyOf(props.arguments, made.spec.source) : "";
    const judged = { ...props, body, obstacles: "spec" in made ? undefined : made.obstacles };
    super(scope, id, judged, rules, () => ({
      routineType: "SCALAR_FUNCTION",
      language: "JAVASCRIPT",
      // It travels only if it is.
      determinismLevel: "DETERMINISTIC",
      arguments: argumentsOf(props.arguments),
      returnType: typeText(props.returns),
      definitionBody: literal(body),
    }));
  }
}
