/** What a Dataflow job of this image is told: the parameters of its flex template. */
import type { InputBindings, OutputBinding, OutputBindings } from "../../pipeline/bindings";

export interface BeamPipelineParameters {
  /** The pipeline as data: gs://bucket/object. */
  readonly pipeline: string;
  /** JSON of {@link InputBindings}, every input of the pipeline. */
  readonly inputs: string;
  /** JSON of {@link OutputBindings}, every output of the pipeline. */
  readonly outputs: string;
  /** Where rows go that a step refused and no output took: JSON of an {@link OutputBinding}. */
  readonly errors: string;
}
