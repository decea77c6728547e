import { createHash } from "node:crypto";
import { list, number, pattern, text, type Functions } from "./arguments";
import { canonical, isList, isRecord, sorted, toBoolean, UnusableValue, type Value } from "./values";

const hash = (algorithm: string, encoding: "hex" | "base64") => (value?: Value) =>
  createHash(algorithm).update(text(value)).digest(encoding);

/** Functions on text, numbers and encodings. */
export const texts: Functions = {
  abs: (value) => Math.abs(number(value)),
  ceil: (value) => Math.ceil(number(value)),
  floor: (value) => Math.floor(number(value)),
  max: (...values) => Math.max(...values.map(number)),
  min: (...values) => Math.min(...values.map(number)),
  pow: (value, exponent) => number(value) ** number(exponent),
  signum: (value) => Math.sign(number(value)),
  parseint: (value, base) => Number.parseInt(text(value), number(base)),

  chomp: (value) => text(value).replace(/(\r?\n)+$/, ""),
  endswith: (value, end) => text(value).endsWith(text(end)),
  format: (layout, ...values) => format(text(layout), values),
  formatlist: (layout, ...values) => {
    const length = Math.max(1, ...values.map((value) => (isList(value) ? value.length : 1)));
    return Array.from({ length }, (_, index) =>
      format(
        text(layout),
        values.map((value) => (isList(value) ? (value[index] ?? null) : value)),
      ),
    );
  },
  indent: (spaces, value) => text(value).replaceAll("\n", `\n${" ".repeat(number(spaces))}`),
  join: (between, ...lists) => lists.flatMap(list).map(text).join(text(between)),
  lower: (value) => text(value).toLowerCase(),
  regex: (source, value) => regex(text(source), text(value))[0] ?? noMatch(text(source)),
  regexall: (source, value) => regex(text(source), text(value)),
  replace: (value, search, by) => replace(text(value), text(search), text(by)),
  split: (between, value) => (text(value) === "" ? [""] : text(value).split(text(between))),
  startswith: (value, start) => text(value).startsWith(text(start)),
  strcontains: (value, part) => text(value).includes(text(part)),
  strrev: (value) => Array.from(text(value)).toReversed().join(""),
  substr: (value, start, length) => substr(Array.from(text(value)), number(start), number(length)),
  title: (value) => text(value).replaceAll(/(^|\s)\p{L}/gu, (first) => first.toUpperCase()),
  trim: (value, characters) => trim(text(value), text(characters)),
  trimprefix: (value, prefix) =>
    text(value).startsWith(text(prefix)) ? text(value).slice(text(prefix).length) : text(value),
  trimsuffix: (value, suffix) =>
    text(suffix) !== "" && text(value).endsWith(text(suffix))
      ? text(value).slice(0, -text(suffix).length)
      : text(value),
  trimspace: (value) => text(value).trim(),
  upper: (value) => text(value).toUpperCase(),

  base64decode: (value) => Buffer.from(text(value), "base64").toString("utf8"),
  base64encode: (value) => Buffer.from(text(value)).toString("base64"),
  base64sha256: hash("sha256", "base64"),
  base64sha512: hash("sha512", "base64"),
  md5: hash("md5", "hex"),
  sha1: hash("sha1", "hex"),
  sha256: hash("sha256", "hex"),
  sha512: hash("sha512", "hex"),
  jsondecode: (value) => {
    try {
      return JSON.parse(text(value)) as Value;
    } catch (error) {
      throw new UnusableValue(`the text is not JSON: ${(error as Error).message}`);
    }
  },
  jsonencode: (value) => jsonencode(value ?? null),
  urlencode: (value) =>
    encodeURIComponent(text(value))
      .replaceAll("%20", "+")
      .replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),

  basename: (path) => text(path).split("/").at(-1) ?? "",
  dirname: (path) => text(path).split("/").slice(0, -1).join("/") || ".",

  nonsensitive: (value) => value ?? null,
  sensitive: (value) => value ?? null,
  tobool: (value) => (value === null ? null : toBoolean(value ?? "", () => "the argument")),
  tonumber: (value) => (value === null ? null : number(value)),
  tostring: (value) => (value === null ? null : text(value)),
};

/** Object keys sorted, and what HTML could misread escaped, as Terraform writes JSON. */
function jsonencode(value: Value): string {
  return JSON.stringify(sorted(value)).replaceAll(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A search between slashes is a pattern; else it is taken as it stands. */
function replace(value: string, search: string, by: string): string {
  if (search.length < 2 || !search.startsWith("/") || !search.endsWith("/")) {
    return value.replaceAll(search, () => by);
  }
  return value.replaceAll(
    pattern(search.slice(1, -1)),
    by.replaceAll(/\$\{?(\w+)\}?/g, (_, group: string) => (/^\d+$/.test(group) ? `$${group}` : `$<${group}>`)),
  );
}

/** Every match: its text, or its groups where it has some. */
function regex(source: string, value: string): Value[] {
  return [...value.matchAll(pattern(source))].map((match) => {
    if (match.groups !== undefined) return { ...match.groups };
    return match.length > 1 ? match.slice(1).map((group: string | undefined) => group ?? null) : match[0];
  });
}

function noMatch(source: string): never {
  throw new UnusableValue(`the text does not match ${source}`);
}

function substr(characters: readonly string[], start: number, length: number): string {
  const from = start < 0 ? characters.length + start : start;
  return characters.slice(from, length < 0 ? undefined : from + length).join("");
}

function trim(value: string, characters: string): string {
  const all = Array.from(value);
  const kept = (char: string): boolean => !characters.includes(char);
  const first = all.findIndex(kept);
  return first < 0 ? "" : all.slice(first, all.findLastIndex(kept) + 1).join("");
}

/** Go's verbs, as far as Terraform's format takes them. */
function format(layout: string, values: readonly Value[]): string {
  let next = 0;
  const formatted = layout.replaceAll(
    /%(%|([-+ 0]*)(\d*)(?:\.(\d+))?([a-zA-Z]))/g,
    (whole, all: string, flags: string, width: string, precision: string | undefined, verb: string) => {
      if (all === "%") return "%";
      const value = values[next];
      next += 1;
      if (value === undefined) throw new UnusableValue(`there is no argument for ${whole}`);
      const shown = verbOf(value, verb, precision === undefined ? undefined : Number(precision), whole);
      const sign = flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
      const signed = typeof value === "number" && value >= 0 ? `${sign}${shown}` : shown;
      const wide = Number(width || 0);
      if (flags.includes("-")) return signed.padEnd(wide);
      return flags.includes("0") && verb !== "s" ? signed.padStart(wide, "0") : signed.padStart(wide);
    },
  );
  if (next < values.length) throw new UnusableValue(`${values.length} arguments are given, and the text takes ${next}`);
  return formatted;
}

function verbOf(value: Value, verb: string, precision: number | undefined, whole: string): string {
  switch (verb) {
    case "s":
      return text(value).slice(0, precision);
    case "q":
      return JSON.stringify(text(value));
    case "d":
      return String(Math.trunc(number(value)));
    case "f":
      return number(value).toFixed(precision ?? 6);
    case "x":
      return Math.trunc(number(value)).toString(16);
    case "t":
      return String(toBoolean(value, () => "the argument"));
    case "v":
      return isList(value) || isRecord(value) || value === null ? canonical(value) : text(value);
    default:
      throw new UnusableValue(`${whole} is not known here`);
  }
}
