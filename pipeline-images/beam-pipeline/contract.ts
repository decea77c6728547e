/** What a Dataflow job of this image is told: the parameters of its flex template. */
export interface BeamPipelineParameters {
  /** The pipeline as data: gs://bucket/object. */
  readonly pipeline: string;
  /** projects/P/subscriptions/S */
  readonly subscription: string;
  /** JSON: output name to `{ "table": "project.dataset.table" }` or `{ "topic": "projects/P/topics/T" }`. */
  readonly outputs: string;
  /** Where rows go that a step refused and no output took: projects/P/topics/T. */
  readonly errors: string;
}
