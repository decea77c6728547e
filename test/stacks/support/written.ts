/** Rows of a pipeline's output, written by the stream processor to where an emulator is. */
import type { PipelineSpec } from "../../../pipeline";
import type { OutputBinding } from "../../../pipeline/bindings";
import { rowsOfSpec } from "../../../pipeline/rows-of-spec";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { Environment } from "../../../pipeline-images/stream-processor/settings";
import { keyedRows } from "../../pipeline-images/stream-processor/support/keyed-rows";
import type { Rows } from "./engine";

/** Resolves once all of them are there. @throws Error where one was refused */
export async function written(
  environment: Environment,
  spec: PipelineSpec,
  output: string,
  binding: OutputBinding,
  rows: Rows[string],
): Promise<void> {
  const fields = rowsOfSpec(spec).get(spec.outputs[output] ?? "") ?? [];
  const sink = keyedRows(environment, binding, fields);
  const owner = sink.owner();
  owner.take(...(rows as readonly AnyRow[]));
  await owner.written();
  const [refused] = sink.refused;
  if (refused !== undefined) throw new Error(`${JSON.stringify(refused[0])}: ${refused[1]}`);
}
