import { list, number, record, text, type Functions } from "./arguments";
import { canonical, isList, toBoolean, UnusableValue, type Value } from "./values";

const byText = (a: Value, b: Value): number => (text(a) < text(b) ? -1 : 1);
const truth = (value: Value): boolean => toBoolean(value, () => "an element");

/** An object's names, in the order in which Terraform goes through them. */
const names = (value: Value | undefined): string[] => Object.keys(record(value)).toSorted(byText);
const distinct = (values: readonly Value[]): Value[] => [
  ...new Map(values.map((one) => [canonical(one), one])).values(),
];
/** Sets are lists here; those of text stand in the order in which Terraform would show them. */
const set = (values: readonly Value[]): Value[] =>
  values.every((one) => typeof one === "string") ? distinct(values).toSorted(byText) : distinct(values);
const has = (values: readonly Value[], wanted: Value): boolean =>
  values.some((one) => canonical(one) === canonical(wanted));
const flatten = (values: readonly Value[]): Value[] => values.flatMap((one) => (isList(one) ? flatten(one) : [one]));

/** Functions on lists, sets and maps. */
export const collections: Functions = {
  alltrue: (values) => list(values).every(truth),
  anytrue: (values) => list(values).some(truth),
  chunklist: (values, size) => {
    const all = list(values);
    const step = Math.max(1, number(size));
    return Array.from({ length: Math.ceil(all.length / step) }, (_, index) =>
      all.slice(index * step, (index + 1) * step),
    );
  },
  coalesce: (...values) => values.find((one) => one !== null && one !== "") ?? none("every argument is null or empty"),
  coalescelist: (...lists) => lists.find((one) => isList(one) && one.length > 0) ?? none("every list is empty"),
  compact: (values) => list(values).filter((one) => one !== null && one !== ""),
  concat: (...lists) => lists.flatMap(list),
  contains: (values, wanted) => has(list(values), wanted ?? null),
  distinct: (values) => distinct(list(values)),
  element: (values, index) => {
    const all = list(values);
    if (all.length === 0) return none("the list is empty");
    return all[((number(index) % all.length) + all.length) % all.length] ?? null;
  },
  flatten: (values) => flatten(list(values)),
  index: (values, wanted) => {
    const found = list(values).findIndex((one) => canonical(one) === canonical(wanted ?? null));
    return found < 0 ? none("it is not in the list") : found;
  },
  keys: (map) => names(map),
  length: (value) => {
    if (typeof value === "string") return Array.from(value).length;
    return value !== undefined && isList(value) ? value.length : names(value).length;
  },
  lookup: (map, key, otherwise) => record(map)[text(key)] ?? otherwise ?? none(`there is no ${text(key)}`),
  matchkeys: (values, keys, wanted) => list(values).filter((_, at) => has(list(wanted), list(keys)[at] ?? null)),
  merge: (...maps) => Object.assign({}, ...maps.filter((one) => one !== null).map(record)) as Value,
  one: (values) => {
    const all = list(values);
    return all.length > 1 ? none(`the list has ${all.length} elements`) : (all[0] ?? null);
  },
  range: (...bounds) => range(...bounds.map(number)),
  reverse: (values) => list(values).toReversed(),
  setintersection: (first, ...others) =>
    set(list(first).filter((one) => others.every((other) => has(list(other), one)))),
  setsubtract: (first, second) => set(list(first).filter((one) => !has(list(second), one))),
  setunion: (...sets) => set(sets.flatMap(list)),
  slice: (values, start, end) => list(values).slice(number(start), number(end)),
  sort: (values) => list(values).map(text).toSorted(byText),
  sum: (values) => list(values).reduce<number>((total, one) => total + number(one), 0),
  tolist: (values) => list(values),
  tomap: (map) => record(map),
  toset: (values) => set(list(values)),
  values: (map) => names(map).map((name) => record(map)[name] ?? null),
  zipmap: (keys, values) => Object.fromEntries(list(keys).map((key, at) => [text(key), list(values)[at] ?? null])),
};

function none(why: string): never {
  throw new UnusableValue(why);
}

function range(first = 0, second?: number, step = 1): number[] {
  const [start, end] = second === undefined ? [0, first] : [first, second];
  const signed = end < start && step > 0 ? -step : step;
  if (signed === 0) return none("the step is 0");
  return Array.from({ length: Math.max(0, Math.ceil((end - start) / signed)) }, (_, index) => start + index * signed);
}
