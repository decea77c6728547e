import { buildSpec } from "./graph/build-spec";
import { Collection, type Rows } from "./collection";
import { shapeOfFlows, type Shape, type ShapeOfFlows } from "./flow";
import { Graph } from "./graph/graph";
import { openInput, type Inputs, type InputsOf } from "./inputs";
import { mapValues } from "./objects";
import type { Fields } from "./schema/field";
import type { PipelineSpec } from "./spec";

/** What a build function returns: rows by the name of their output. */
export type Outputs = { readonly [name: string]: Rows };

/** The fields of each of some outputs. */
type FieldsOf<O extends Outputs> = { readonly [Name in keyof O]: O[Name]["fields"] };

/** The fields of each output. */
export type FieldsOfOutputs = { readonly [name: string]: Fields };

/** An output, for whoever gives its rows a place: its fields are the table's columns. */
export interface Output<F extends Fields = Fields> {
  readonly fields: F;
}

/**
 * A pipeline: what it reads, what it gives, and the steps between them, as data. It knows no cloud and runs nothing.
 * `I` are its inputs, `O` the fields of its outputs, `S` what it needs of the machine that runs it.
 */
export class Pipeline<I extends Inputs = Inputs, O extends FieldsOfOutputs = FieldsOfOutputs, S extends Shape = Shape> {
  constructor(
    readonly name: string,
    readonly inputs: I,
    readonly outputs: { readonly [Name in keyof O]: Output<O[Name]> },
    readonly shape: S,
    private readonly spec: PipelineSpec,
  ) {}

  /** The pipeline as data: what engines, the local cloud and the Beam image read, and all that they read. */
  toJSON(): PipelineSpec {
    return this.spec;
  }
}

/**
 * Declares a pipeline: named inputs, and a function from them to named outputs.
 *
 *     export const activity = pipeline("user-activity", { clicks: Click }, ({ clicks }) => ({
 *       activity: clicks
 *         .eventTime("at", { maxDelay: "30s" })
 *         .window(fixed("1m"))
 *         .groupBy("user")
 *         .aggregate({ clicks: count() }),
 *     }));
 *
 * The function runs once, now, to learn the steps; the functions within it run later, wherever the pipeline does.
 * @param name resources are called by it: lower-case letters, digits and "-"
 * @throws InvalidPipeline that lists all that is wrong, with the file and line of each step
 */
export function pipeline<I extends Inputs, O extends Outputs>(
  name: string,
  inputs: I,
  build: (inputs: InputsOf<I>) => O,
): Pipeline<I, FieldsOf<O>, ShapeOfFlows<O[keyof O]["flow"]>> {
  const graph = new Graph(name);
  const given = Object.fromEntries(
    Object.entries(inputs).map(([each, input]) => [each, openInput(graph, each, input)]),
  );
  const built = build(given as InputsOf<I>);
  for (const [output, rows] of Object.entries(built)) {
    if (!((rows as unknown) instanceof Collection)) {
      throw new Error(`${name}: output "${output}" is not rows: return what a step gives`);
    }
  }
  const nodes = mapValues(built, (rows) => rows.node);
  const spec = buildSpec(graph, inputs, nodes);
  const outputs = mapValues(built, ({ fields }) => ({ fields })) as {
    readonly [Name in keyof O]: Output<O[Name]["fields"]>;
  };
  const shape = shapeOfFlows(Object.values(built).map((rows) => rows.flow)) as ShapeOfFlows<O[keyof O]["flow"]>;
  return new Pipeline<I, FieldsOf<O>, typeof shape>(name, inputs, outputs, shape, spec);
}
