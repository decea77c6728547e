/** Pipelines by chance, through the builder: whatever a seed says is turned into the nearest step that is allowed. */
import * as fc from "fast-check";
import {
  afterCount,
  afterProcessingTime,
  afterWatermark,
  boolean,
  bounded,
  bytes,
  collect,
  combine,
  combiner,
  count,
  date,
  datetime,
  fixed,
  float,
  globalWindow,
  integer,
  json,
  latest,
  max,
  nullable,
  numeric,
  pipeline,
  record,
  repeated,
  sample,
  schema,
  sessions,
  sideInput,
  sliding,
  string,
  sum,
  time,
  timestamp,
  windowStart,
  type AnyField,
  type Fields,
  type Pipeline,
  type Rows,
  type Windowing,
  type WindowOptions,
} from "../../pipeline";

/** The builder's methods without what the compiler knows of fields: here they are known at run time only. */
interface AnyRows extends Rows {
  readonly errors: AnyRows;
  filter(keep: (row: object) => boolean, options?: { readonly name?: string }): AnyRows;
  assert(sentence: string, holds: (row: object) => boolean): AnyRows;
  map(fields: Fields, make: (row: object) => object): AnyRows;
  flatMap(fields: Fields, make: (row: object) => readonly object[]): AnyRows;
  withFields(fields: Fields, make: (row: object) => object): AnyRows;
  select(...names: readonly string[]): AnyRows;
  drop(...names: readonly string[]): AnyRows;
  rename(names: { readonly [old: string]: string }): AnyRows;
  flatten(...others: readonly AnyRows[]): AnyRows;
  eventTime(name: string, options?: { readonly maxDelay: string }): AnyRows;
  processingTime(name: string): AnyRows;
  window(windowing: Windowing, options?: WindowOptions): AnyRows;
  distinct(names: readonly string[], options?: { readonly within: string }): AnyRows;
  aggregate(aggregates: object): AnyRows;
  groupBy(...names: readonly string[]): { aggregate(aggregates: object): AnyRows; stateful(props: object): AnyRows };
  join(other: AnyRows, options: { readonly on: readonly string[]; readonly type: string }): AnyRows;
  enrich(side: object, options: { readonly on: object; readonly missing: string }): AnyRows;
}

const makers: readonly (() => AnyField)[] = [
  string,
  () => string({ values: ["a", "b${c}", "%{d}"], description: "one of ${three}" }),
  integer,
  () => integer({ as: "text" }),
  float,
  numeric,
  boolean,
  timestamp,
  () => timestamp({ encoding: "epoch-micros" }),
  date,
  datetime,
  time,
  bytes,
  json,
  () => record({ a: string(), b: nullable(record({ c: repeated(integer()) })) }),
];

const anyField: fc.Arbitrary<AnyField> = fc
  .tuple(fc.nat(makers.length - 1), fc.constantFrom("required", "nullable", "repeated"))
  .map(([maker, mode]) => {
    const field = (makers[maker] as () => AnyField)();
    if (mode === "required") return field;
    return mode === "nullable" ? nullable(field as never) : repeated(field as never);
  });

/** One field at least is a key and one a time, so that most steps find something to work on. */
const anyFields: fc.Arbitrary<Fields> = fc
  .array(anyField, { maxLength: 6 })
  .map((fields) => Object.fromEntries([string(), timestamp(), ...fields].map((field, index) => [`f${index}`, field])));

interface Choice {
  readonly step: number;
  readonly on: number;
  readonly a: number;
  readonly b: number;
  readonly named: boolean;
}
const anyChoice: fc.Arbitrary<Choice> = fc.record({
  step: fc.nat(99),
  on: fc.nat(99),
  a: fc.nat(99),
  b: fc.nat(99),
  named: fc.boolean(),
});

export const anyPipeline: fc.Arbitrary<() => Pipeline> = fc
  .tuple(fc.boolean(), anyFields, anyFields, fc.array(anyChoice, { minLength: 4, maxLength: 24 }))
  .map(([ends, first, second, choices]) => () => {
    const [one, two] = [schema("one", first), schema("two", second)];
    const side = sideInput(schema("side", { key: string(), found: nullable(float()) }), { key: "key", refresh: "1h" });
    const inputs = ends ? { one: bounded(one), two: bounded(two), side } : { one: one.withMetadata(), two, side };
    return pipeline("random", inputs, (given) => {
      const rows = [given.one, given.two] as unknown as AnyRows[];
      const taken = new Set<AnyRows>();
      const fallBack = (rows[0] as AnyRows).map({ f0: string() }, () => ({ f0: "x" }));
      rows.push(fallBack.enrich(given.side, { on: { key: "f0" }, missing: "drop" }));
      taken.add(rows[0] as AnyRows);
      for (const [index, choice] of choices.entries()) {
        const of = rows[choice.on % rows.length] as AnyRows;
        const made = steps[choice.step % steps.length]?.(of, choice, index, given.side);
        if (made === undefined) continue;
        taken.add(of);
        rows.push(made);
      }
      const leaves = rows.filter((each) => !taken.has(each));
      return Object.fromEntries(leaves.map((each, index) => [`out_${index}`, each]));
    }) as Pipeline;
  });

type MakeStep = (rows: AnyRows, choice: Choice, index: number, side: object) => AnyRows | undefined;

const keyTypes = new Set(["STRING", "INTEGER", "NUMERIC", "BOOLEAN", "TIMESTAMP", "DATE", "DATETIME", "TIME", "BYTES"]);
const namesOf = (rows: AnyRows, fits: (field: AnyField) => boolean = () => true): readonly string[] =>
  Object.keys(rows.fields).filter((name) => fits(rows.fields[name] as AnyField));
const isKey = (field: AnyField): boolean => field.mode !== "REPEATED" && keyTypes.has(field.type);
const isNumber = (field: AnyField): boolean =>
  field.mode !== "REPEATED" && ["INTEGER", "FLOAT", "NUMERIC"].includes(field.type);
const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % Math.max(1, list.length)];
const isSessions = (rows: AnyRows): boolean => rows.node.stream.window?.windowing.type === "sessions";
const isEndless = ({ flow }: AnyRows): boolean => flow === "row-wise" || flow === "stateful";

const longest = combiner({
  input: {},
  accumulator: { n: integer() },
  output: record({ n: integer() }),
  createAccumulator: () => ({ n: 0 }),
  addInput: (a) => ({ n: a.n + 1 }),
  mergeAccumulators: (a, b) => ({ n: a.n + b.n }),
  extractOutput: (a) => a,
});

function aggregatesOf(rows: AnyRows, { a, b }: Choice): object {
  const number = pick(namesOf(rows, isNumber), a);
  const single = pick(
    namesOf(rows, ({ mode }) => mode !== "REPEATED"),
    b,
  );
  const window = rows.node.stream.window;
  return {
    n_rows: count(),
    ...(number !== undefined && { n_sum: sum(number), n_max: max(number), n_latest: latest(number) }),
    ...(single !== undefined && { n_all: collect(single) }),
    ...(window !== undefined && { n_start: windowStart() }),
    ...(window?.firesTwice !== true && { n_own: combine(longest) }),
    ...(a % 3 === 0 && Object.keys(rows.fields).length < 8 && { n_some: sample(1 + (b % 5)) }),
  };
}

const canAggregate = (rows: AnyRows): boolean => {
  const { window } = rows.node.stream;
  if (isEndless(rows) || Object.keys(rows.fields).some((name) => name.startsWith("n_"))) return false;
  return !(window?.panes === true && window.firesTwice && window.accumulation === "accumulating");
};

const steps: readonly MakeStep[] = [
  (rows, { named }, index) => rows.filter((row) => row !== null, named ? { name: `step_${index}` } : {}),
  (rows) => rows.assert("it holds ${always}", () => true),
  (rows) => rows.errors,
  (rows) =>
    rows.map({ f0: string(), f1: timestamp() }, (row) => ({
      f0: `${Object.keys(row).length} %{y}`,
      f1: "2024-01-31T12:00:00Z",
    })),
  (rows) => rows.flatMap({ f0: integer(), f1: timestamp() }, () => []),
  (rows, { a }) => rows.withFields({ [`w${a % 3}`]: float() }, () => ({})),
  (rows, { a, b }) => rows.select(...namesOf(rows).filter((_name, at) => at === 0 || (a + b * at) % 2 === 0)),
  (rows, { a }) => (namesOf(rows).length > 1 ? rows.drop(pick(namesOf(rows), a) ?? "") : undefined),
  (rows, { a }, index) => rows.rename({ [pick(namesOf(rows), a) ?? ""]: `r${index}` }),
  (rows, _choice, index) => rows.processingTime(`p${index}`),
  (rows) =>
    rows.flatten(
      rows.filter(() => true),
      rows,
    ),
  (rows, { a }) => {
    const field = pick(
      namesOf(rows, ({ type, mode }) => type === "TIMESTAMP" && mode === "REQUIRED"),
      a,
    );
    const { eventTime, window } = rows.node.stream;
    if (field === undefined || eventTime !== undefined || window !== undefined) return undefined;
    return isEndless(rows) ? rows.eventTime(field, { maxDelay: `${a}s` }) : rows.eventTime(field);
  },
  (rows, { a, b }) => {
    const windowing = pick<Windowing>(
      [
        fixed("1m"),
        fixed("1h", { offset: "5m" }),
        sliding("5m", { every: "1m" }),
        sessions({ gap: "10m" }),
        globalWindow(),
      ],
      a,
    );
    if (windowing === undefined) return undefined;
    if (windowing.type === "global") {
      if (!isEndless(rows) && rows.flow !== "windowed") return rows.window(windowing);
      return rows.window(windowing, {
        trigger: afterWatermark({ early: afterProcessingTime("1m") }),
        accumulation: "discarding",
      });
    }
    if (rows.flow.startsWith("bounded") && rows.node.stream.eventTime === undefined) return undefined;
    const options: readonly WindowOptions[] = [
      {},
      { allowedLateness: "1h", accumulation: "accumulating" },
      {
        trigger: afterWatermark({ early: afterCount(2), late: afterCount(1) }),
        allowedLateness: "1m",
        accumulation: "discarding",
      },
    ];
    return rows.window(windowing, pick(options, b));
  },
  (rows, choice) => (canAggregate(rows) ? rows.aggregate(aggregatesOf(rows, choice)) : undefined),
  (rows, choice) => {
    const keys = namesOf(rows, isKey).slice(0, 1 + (choice.a % 2));
    return keys.length > 0 && canAggregate(rows)
      ? rows.groupBy(...keys).aggregate(aggregatesOf(rows, choice))
      : undefined;
  },
  (rows) => {
    const keys = namesOf(rows, isKey).slice(0, 2);
    if (keys.length === 0 || isSessions(rows)) return undefined;
    return isEndless(rows) ? rows.distinct(keys, { within: "1d" }) : rows.distinct(keys);
  },
  (rows, { a }) => {
    const key = pick(namesOf(rows, isKey), a);
    if (key === undefined || isSessions(rows)) return undefined;
    return rows.groupBy(key).stateful({
      state: { n: integer() },
      initial: { n: 0 },
      output: { n: integer(), f1: timestamp() },
      timeToLive: a % 2 === 0 ? "unlimited" : "12h",
      process: (_row: object, state: object) => ({ state, output: [] }),
      ...(a % 3 === 0 && { onTimer: (state: object) => ({ state, output: [] }) }),
    });
  },
  (rows, { a, b }) => {
    const key = pick(namesOf(rows, isKey), a);
    const { window } = rows.node.stream;
    if (key === undefined || isEndless(rows) || (window?.firesTwice === true && window.accumulation === "discarding")) {
      return undefined;
    }
    return rows.join(rows.select(key), { on: [key], type: pick(["inner", "left", "full"], b) ?? "inner" });
  },
  (rows, { a, b }, _index, side) => {
    const key = pick(
      namesOf(rows, ({ type, mode }) => type === "STRING" && mode === "REQUIRED"),
      a,
    );
    if (key === undefined || Object.hasOwn(rows.fields, "found")) return undefined;
    return rows.enrich(side, { on: { key }, missing: pick(["null", "drop", "error"], b) ?? "null" });
  },
];
