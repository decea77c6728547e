import { InvalidPipeline } from "../../pipeline";

/** The error that a pipeline is refused with. */
export function errorOf(build: () => unknown): InvalidPipeline {
  try {
    build();
  } catch (error) {
    if (error instanceof InvalidPipeline) return error;
    throw error;
  }
  throw new Error("the pipeline was made");
}

/** What is wrong with a pipeline, without the places: `filter: ...`, for tests that are not about them. */
export const problemsOf = (build: () => unknown): readonly string[] =>
  errorOf(build).problems.map((problem) => problem.replaceAll(/ at test\/[\w./-]+:\d+/g, ""));
