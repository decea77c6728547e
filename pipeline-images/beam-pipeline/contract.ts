/** What a Dataflow job of this image is told: the parameters of its flex template. */
export interface BeamPipelineParameters {
  /** The pipeline as data: gs://bucket/object. */
  readonly pipeline: string;
  /** JSON of InputBindings, every input of the pipeline. */
  readonly inputs: string;
  /** JSON of OutputBindings, every output of the pipeline. */
  readonly outputs: string;
  /** Where rows go that a step refused and no output took: JSON of an OutputBinding. */
  readonly errors: string;
}
