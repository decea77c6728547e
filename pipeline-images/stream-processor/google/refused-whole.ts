import { codes, isCallError } from "../../../runtime/grpc";
import { RequestRefused } from "../sinks/row-writer";

/** Of a call that failed, whether sending it again can help. */
export function refusedWhole(error: unknown): never {
  if (isCallError(error) && error.code === codes.INVALID_ARGUMENT) throw new RequestRefused(error.message);
  throw error;
}
