/**
 * Code that is made from a schema. A row written as an object literal costs a few nanoseconds a field, one built
 * in a loop ten times that; so the checks and decoders of the hot path are generated, once for each schema.
 */

/** Runs generated source and gives what it returns. It sees the names of `scope` and no others of ours. */
export function generate(source: string, scope: { readonly [name: string]: unknown }): unknown {
  // oxlint-disable-next-line typescript/no-implied-eval -- what is evaluated is made here, and of a user's text it holds literals only
  return new Function(...Object.keys(scope), `"use strict";\n${source}`)(...Object.values(scope));
}

/** Text as a literal of the source, whatever is in it. */
export const literal = (text: string): string => JSON.stringify(text);

/** A field's name in an object literal, where a plain `__proto__` would set the prototype. */
export const keyOf = (name: string): string => (name === "__proto__" ? `["__proto__"]` : literal(name));

/** Reads a field of an object. What every object has by birth is there only where the object has it itself. */
export const read = (object: string, name: string): string =>
  name in Object.prototype
    ? `(Object.hasOwn(${object}, ${literal(name)}) ? ${object}[${literal(name)}] : undefined)`
    : `${object}[${literal(name)}]`;
