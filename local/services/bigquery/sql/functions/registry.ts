import { aggregateFunctions } from "./aggregate";
import { arrayFunctions } from "./array";
import { conditionalFunctions } from "./conditional";
import { applyForms, type CallSite, type SqlFunction } from "./function";
import { jsonFunctions } from "./json";
import { numberFunctions } from "./number";
import { textFunctions } from "./text";
import { timeFunctions } from "./time";
import { windowFunctions } from "./window";
import { typed, type Typed } from "../typed";

const scalars: { readonly [name: string]: SqlFunction } = {
  ...arrayFunctions,
  ...conditionalFunctions,
  ...jsonFunctions,
  ...numberFunctions,
  ...textFunctions,
  ...timeFunctions,
};

/** @throws SqlError where there is no such function, or none that takes these arguments */
export function callFunction(site: CallSite): Typed {
  const { name, over, arguments: values, safe, named } = site.call;
  if (named.length > 0) throw site.notTranslated(`${name} with arguments by name`);
  const overWindow = windowFunctions[name];
  const aggregate = aggregateFunctions[name] ?? overWindow;
  const found = aggregate ?? scalars[name];
  if (found === undefined) throw unknown(site);
  if (overWindow !== undefined && over === undefined) {
    throw site.fail(`Window function ${name} cannot be called without OVER clause`);
  }
  if (aggregate === undefined && over !== undefined) {
    throw site.fail(`Function ${name} does not support an OVER clause`);
  }
  if (aggregate === undefined && site.call.distinct) {
    throw site.fail(`Function ${name} does not support DISTINCT in arguments`);
  }
  const result =
    typeof found === "function"
      ? found(site)
      : applyForms(
          found,
          values.map((argument) => site.expression(argument)),
          site,
        );
  return safe ? typed(`TRY(${result.sql})`, result.type) : result;
}

function unknown(site: CallSite): Error {
  const { name } = site.call;
  const all = [...Object.keys(scalars), ...Object.keys(aggregateFunctions), ...Object.keys(windowFunctions)];
  const near = all.filter((one) => one.length > 3 && (one.startsWith(name) || name.startsWith(one))).slice(0, 3);
  const hint = near.length === 0 ? "" : `; Did you mean ${near.join(", ")}?`;
  return site.fail(`Function not found: ${name}${hint} (the local BigQuery knows ${all.length} functions)`);
}

export const isAggregate = (name: string): boolean => Object.hasOwn(aggregateFunctions, name);
