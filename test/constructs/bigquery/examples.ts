import type { Examples } from "../examples";
import { datasetExamples } from "./examples/datasets";
import { fileExamples } from "./examples/files";
import { queryExamples } from "./examples/queries";
import { routineExamples } from "./examples/routines";
import { tableExamples } from "./examples/tables";

export const examples = {
  ...datasetExamples,
  ...tableExamples,
  ...queryExamples,
  ...routineExamples,
  ...fileExamples,
} satisfies Examples;
