import { coerce, unify } from "../coerce";
import { typed } from "../typed";
import { BOOLEAN, STRING } from "../types";
import { noSignature, type Special, type SqlFunction } from "./function";

const coalesce: Special = (site) => {
  const values = site.call.arguments.map((argument) => site.expression(argument));
  const common = unify(values);
  if (common === undefined || values.length === 0) throw noSignature(site, values);
  return typed(`coalesce(${common.values.map(({ sql }) => sql).join(", ")})`, common.type);
};

/** These hold what could be an error behind a condition. */
export const conditionalFunctions: { readonly [name: string]: SqlFunction } = {
  COALESCE: coalesce,
  IFNULL: coalesce,
  IF: (site) => {
    const [condition, ...branches] = site.call.arguments.map((argument) => site.expression(argument));
    const when = condition && coerce(condition, BOOLEAN);
    const common = unify(branches);
    if (when === undefined || common === undefined || branches.length !== 2) {
      throw noSignature(site, condition === undefined ? branches : [condition, ...branches]);
    }
    const [yes, no] = common.values;
    return typed(`CASE WHEN ${when.sql} THEN ${yes?.sql} ELSE ${no?.sql} END`, common.type);
  },
  NULLIF: (site) => {
    const values = site.call.arguments.map((argument) => site.expression(argument));
    const common = unify(values);
    if (common === undefined || values.length !== 2) throw noSignature(site, values);
    return typed(`nullif(${common.values.map(({ sql }) => sql).join(", ")})`, common.type);
  },
  ERROR: (site) => {
    const [message] = site.call.arguments.map((argument) => site.expression(argument));
    const text = message && coerce(message, STRING);
    if (text === undefined) throw noSignature(site, []);
    return typed(`raise(${text.sql})`, { kind: "UNKNOWN" });
  },
};
