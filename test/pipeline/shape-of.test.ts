import { expect, test } from "vitest";
import {
  combine,
  combiner,
  count,
  fixed,
  float,
  integer,
  pipeline,
  schema,
  string,
  sum,
  timestamp,
  type Fields,
  type WindowOptions,
} from "../../pipeline";
import { shapeOf } from "../../pipeline/shape-of";

const Click = schema("click", { user: string(), country: string(), value: float(), at: timestamp() });

interface Parts {
  readonly least?: number;
  readonly keep?: (click: { readonly value: number }) => boolean;
  readonly name?: string;
  readonly keys?: "user" | "country";
  readonly size?: "1m" | "5m";
  readonly options?: WindowOptions;
  readonly accumulator?: Fields;
  readonly output?: string;
}

const shape = ({
  least = 1,
  keep,
  name,
  keys = "user",
  size = "1m",
  options,
  accumulator,
  output = "out",
}: Parts): string => {
  const total = combiner({
    input: { value: float() },
    accumulator: accumulator ?? { n: integer() },
    output: integer(),
    createAccumulator: () => ({ n: 0 }),
    addInput: (a) => a,
    mergeAccumulators: (a) => a,
    extractOutput: () => 1,
  });
  return shapeOf(
    pipeline("shapes", { clicks: Click }, ({ clicks }) => ({
      [output]: clicks
        .filter(keep ?? ((click, { constants }) => click.value > constants.least), {
          constants: { least },
          ...(name !== undefined && { name }),
        })
        .window(fixed(size), options)
        .groupBy(keys)
        .aggregate({ n: count(), total: combine(total) }),
    })).toJSON(),
  );
};

test("is 16 hexadecimal digits, and the same for the same pipeline", () => {
  expect(shape({})).toMatch(/^[0-9a-f]{16}$/);
  expect(shape({})).toBe(shape({}));
});

test.each<[string, Parts]>([
  ["a function", { keep: (click) => click.value > 2 }],
  ["a constant", { least: 2 }],
])("%s may change in a job that runs", (_title, parts) => {
  expect(shape(parts)).toBe(shape({}));
});

test.each<[string, Parts]>([
  ["a step's name", { name: "positive" }],
  ["a key", { keys: "country" }],
  ["a window", { size: "5m" }],
  ["what later panes hold", { options: { allowedLateness: "1m", accumulation: "accumulating" } }],
  ["an accumulator", { accumulator: { n: integer(), sum: float() } }],
  ["an output", { output: "other" }],
])("%s may not", (_title, parts) => {
  expect(shape(parts)).not.toBe(shape({}));
});

const shapeWith = (fields: Fields): string => {
  const Event = schema("event", { ...fields, user: fields["user"] ?? string(), value: fields["value"] ?? float() });
  return shapeOf(
    pipeline("shapes", { events: Event }, ({ events }) => ({
      out: events
        .window(fixed("1m"))
        .groupBy("user" as never)
        .aggregate({ total: sum("value") } as never),
    })).toJSON(),
  );
};

test("the type of a key or of what is summed may not change, a field that nothing keeps may", () => {
  expect(shapeWith({ extra: string() })).toBe(shapeWith({}));
  expect(shapeWith({ user: integer() })).not.toBe(shapeWith({}));
  expect(shapeWith({ value: integer() })).not.toBe(shapeWith({}));
});
