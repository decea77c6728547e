import type { Pipeline } from "../../pipeline/pipeline";
import type { Rule } from "../core/rules";
import { list } from "../core/text";
import { misfits, type Destination } from "./destination";

interface Bound {
  readonly pipeline: Pipeline;
  readonly into: { readonly [output: string]: Destination };
}

const page = "https://cloud.google.com/bigquery/docs/write-api";

/** Each output has a place, and each place an output. The types say so too. */
export const outputsFit: Rule<Bound> = {
  id: "pipeline-outputs",
  reads: [],
  page: "https://beam.apache.org/documentation/programming-guide/#pipeline-io",
  broken({ pipeline, into }) {
    const names = Object.keys(pipeline.outputs);
    const wrong = [
      ...names.filter((name) => !(name in into)),
      ...Object.keys(into).filter((name) => !names.includes(name)),
    ];
    return wrong.length === 0
      ? undefined
      : `into does not fit: pipeline ${pipeline.name} gives ${list(names)}, and into has ${list(Object.keys(into))}`;
  },
};

/** A place of yours takes the rows that the pipeline gives. */
export const columnsFit: Rule<Bound> = {
  id: "output-columns",
  reads: [],
  page,
  broken({ pipeline, into }) {
    const wrong = Object.entries(into).flatMap(([output, to]) => {
      const fields = pipeline.outputs[output]?.fields;
      return fields ? misfits(output, fields, to).map((misfit) => `${output}: ${misfit}`) : [];
    });
    return wrong.length === 0 ? undefined : wrong.join("; ");
  },
};

/** A stream has no end at which a table could be replaced. */
export const endless: Rule<Bound> = {
  id: "output-truncate",
  reads: [],
  page,
  broken({ into }) {
    const wrong = Object.entries(into).filter(
      ([, to]) => typeof to === "object" && "write" in to && to.write === "truncate",
    );
    return wrong.length === 0
      ? undefined
      : `${list(wrong.map(([output]) => output))} replaces a table at the end ("truncate"), and a stream has none: "append" or "upsert"`;
  },
};
