import { ELEMENT, print, type Expression, type ForExpression, type Template } from "./expression";
import { callFunction } from "./functions";
import { isList, isRecord, kindOf, sameValue, toBoolean, toNumber, toText, UnusableValue, type Value } from "./values";

/** What names stand for. */
export type Scope = (name: string) => Value | undefined;

/**
 * The value of a template.
 * @throws UnusableValue in a sentence that names the expression
 */
export function evaluateTemplate({ parts }: Template, scope: Scope): Value {
  const [first] = parts;
  if (first === undefined) return "";
  if (parts.length === 1) return typeof first === "string" ? first : evaluate(first, scope);
  return parts
    .map((part) => (typeof part === "string" ? part : toText(evaluate(part, scope), () => print(part))))
    .join("");
}

function evaluate(expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "template":
      return evaluateTemplate(expression, scope);
    case "variable": {
      const value = scope(expression.name);
      if (value === undefined) throw new UnusableValue(`there is no ${expression.name}`);
      return value;
    }
    case "attribute":
      return stepInto(evaluate(expression.of, scope), expression.name, expression.of);
    case "index":
      return stepInto(evaluate(expression.of, scope), evaluate(expression.key, scope), expression.of);
    case "splat": {
      const value = evaluate(expression.of, scope);
      const elements = value === null ? [] : isList(value) ? value : [value];
      return elements.map((element) => evaluate(expression.each, binding(scope, { [ELEMENT]: element })));
    }
    case "call":
      return call(expression, scope);
    case "list":
      return expression.items.map((item) => evaluate(item, scope));
    case "object":
      return Object.fromEntries(
        expression.entries.map(([key, value]) => [
          toText(evaluate(key, scope), () => print(key)),
          evaluate(value, scope),
        ]),
      );
    case "unary": {
      const value = evaluate(expression.of, scope);
      return expression.operator === "!"
        ? !toBoolean(value, () => print(expression.of))
        : -toNumber(value, () => print(expression.of));
    }
    case "binary":
      return binary(expression, scope);
    case "conditional":
      return toBoolean(evaluate(expression.condition, scope), () => print(expression.condition))
        ? evaluate(expression.whenTrue, scope)
        : evaluate(expression.whenFalse, scope);
    case "for":
      return loop(expression, scope);
  }
}

function binding(scope: Scope, values: { readonly [name: string]: Value }): Scope {
  return (name) => (Object.hasOwn(values, name) ? values[name] : scope(name));
}

function stepInto(value: Value, key: Value, of: Expression): Value {
  if (isList(value)) {
    const index = toNumber(key, () => `the index of ${print(of)}`);
    const element = value[index];
    if (element === undefined) throw new UnusableValue(`${print(of)} has ${value.length} elements, none at ${index}`);
    return element;
  }
  if (isRecord(value)) {
    // A block that occurs once stands in cdk.tf.json as an object, and is referred to as the list it is.
    if (key === 0 && !Object.hasOwn(value, "0")) return value;
    const name = toText(key, () => `the key of ${print(of)}`);
    const found = Object.hasOwn(value, name) ? value[name] : undefined;
    if (found === undefined) {
      const known = Object.keys(value).toSorted();
      throw new UnusableValue(`${print(of)} has no ${name} here; it has ${known.join(", ") || "nothing"}`);
    }
    return found;
  }
  throw new UnusableValue(`${print(of)} is ${kindOf(value)}: it has no ${toText(key, () => "key")}`);
}

function call({ name, given, spread }: Extract<Expression, { kind: "call" }>, scope: Scope): Value {
  // These two look at whether an argument can be had at all.
  if (name === "try" || name === "can") {
    for (const argument of given) {
      try {
        const value = evaluate(argument, scope);
        return name === "can" ? true : value;
      } catch (error) {
        if (!(error instanceof UnusableValue)) throw error;
      }
    }
    if (name === "can") return false;
    throw new UnusableValue(`try(${given.map(print).join(", ")}): none of these can be had`);
  }
  const values = given.map((argument) => evaluate(argument, scope));
  const last = values.at(-1);
  const all = spread && last !== undefined && isList(last) ? [...values.slice(0, -1), ...last] : values;
  try {
    return callFunction(name, all);
  } catch (error) {
    if (!(error instanceof UnusableValue)) throw error;
    throw new UnusableValue(`${name}(${given.map(print).join(", ")}): ${error.message}`);
  }
}

function binary({ operator, left, right }: Extract<Expression, { kind: "binary" }>, scope: Scope): Value {
  const a = evaluate(left, scope);
  const b = evaluate(right, scope);
  if (operator === "==") return sameValue(a, b);
  if (operator === "!=") return !sameValue(a, b);
  if (operator === "||" || operator === "&&") {
    const [x, y] = [toBoolean(a, () => print(left)), toBoolean(b, () => print(right))];
    return operator === "||" ? x || y : x && y;
  }
  const x = toNumber(a, () => print(left));
  const y = toNumber(b, () => print(right));
  switch (operator) {
    case "<":
      return x < y;
    case "<=":
      return x <= y;
    case ">":
      return x > y;
    case ">=":
      return x >= y;
    case "+":
      return x + y;
    case "-":
      return x - y;
    case "*":
      return x * y;
    case "/":
      return x / divisor(y, right);
    case "%":
      return x % divisor(y, right);
  }
}

function divisor(value: number, of: Expression): number {
  if (value === 0) throw new UnusableValue(`${print(of)} is 0, and is divided by`);
  return value;
}

function loop({ keyName, valueName, over, key, item, condition }: ForExpression, scope: Scope): Value {
  const from = evaluate(over, scope);
  const pairs: readonly (readonly [Value, Value])[] = isList(from)
    ? from.map((value, index) => [index, value])
    : Object.entries(isRecord(from) ? from : {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const scopes = pairs
    .map(([k, v]) => binding(scope, { ...(keyName !== undefined && { [keyName]: k }), [valueName]: v }))
    .filter((inner) => condition === undefined || toBoolean(evaluate(condition, inner), () => print(condition)));
  if (key === undefined) return scopes.map((inner) => evaluate(item, inner));
  return Object.fromEntries(
    scopes.map((inner) => [toText(evaluate(key, inner), () => print(key)), evaluate(item, inner)]),
  );
}
