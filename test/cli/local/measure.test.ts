import { describe, expect, test } from "vitest";
import { measureOfOutput, measureOfTable } from "../../../cli/local/measure";
import { afterWatermark, count, fixed, integer, mean, pipeline, schema, string, timestamp } from "../../../pipeline";
import { readSpec } from "../../../pipeline/read-spec";

const Click = schema("click", { user: string(), at: timestamp(), size: integer() });
const spec = (of: { toJSON(): unknown }) => readSpec(JSON.parse(JSON.stringify(of)));

describe("a table that a subscription writes", () => {
  test("is measured by the ids it keeps", () => {
    expect(measureOfTable(["data", "message_id"])).toEqual({ by: "message ids", column: "message_id", mayDrop: [] });
  });

  test("is not, where it keeps none", () => {
    expect(measureOfTable(["data"])).toEqual({
      by: "acknowledgements",
      why: "the table has no column message_id",
    });
  });
});

describe("a pipeline's output", () => {
  test("of rows one by one is measured by the ids that it carries", () => {
    const rows = pipeline("rows", { clicks: Click.withMetadata() }, ({ clicks }) => ({
      clean: clicks.select("user", "message_id"),
    }));
    expect(measureOfOutput(spec(rows), "clean", ["user", "message_id"])).toEqual({
      by: "message ids",
      column: "message_id",
      mayDrop: [],
    });
  });

  test("of counts is measured by their sum, and names the steps that may drop rows on the way", () => {
    const counts = pipeline("counts", { clicks: Click }, ({ clicks }) => ({
      activity: clicks
        .eventTime("at", { maxDelay: "30s" })
        .filter((click) => click.size > 0, { name: "large" })
        .window(fixed("1m"))
        .groupBy("user")
        .aggregate({ clicks: count() }),
    }));
    expect(measureOfOutput(spec(counts), "activity", ["user", "clicks"])).toEqual({
      by: "counts",
      column: "clicks",
      mayDrop: ["large"],
    });
  });

  test("of counts that accumulate cannot be summed", () => {
    const counts = pipeline("counts", { clicks: Click }, ({ clicks }) => ({
      activity: clicks
        .eventTime("at", { maxDelay: "30s" })
        .window(fixed("1m"), { trigger: afterWatermark(), accumulation: "accumulating" })
        .groupBy("user")
        .aggregate({ clicks: count() }),
    }));
    expect(measureOfOutput(spec(counts), "activity", ["user", "clicks"])).toMatchObject({ by: "acknowledgements" });
  });

  test("without a count says so", () => {
    const means = pipeline("means", { clicks: Click }, ({ clicks }) => ({
      sizes: clicks
        .eventTime("at", { maxDelay: "30s" })
        .window(fixed("1m"))
        .groupBy("user")
        .aggregate({ size: mean("size") }),
    }));
    const measure = measureOfOutput(spec(means), "sizes", ["user", "size"]);
    expect(measure).toMatchObject({ by: "acknowledgements", why: expect.stringContaining("does not count its rows") });
  });
});
