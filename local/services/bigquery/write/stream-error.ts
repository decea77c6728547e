/** What the Storage Write API refuses: a status with a StorageError in its details. */
import { CloudError, type Code } from "../../../errors";
import { Status, StorageError, storageErrors, type RowError, type StorageErrorCode } from "./messages";

export class WriteError extends CloudError {
  constructor(
    code: Code,
    what: string,
    /** The stream or the table. */
    readonly entity: string,
    readonly storageCode?: StorageErrorCode,
    readonly rowErrors: readonly RowError[] = [],
  ) {
    super(code, `${what} Entity: ${entity}`, details(code, what, entity, storageCode));
  }
}

function details(code: Code, what: string, entity: string, storageCode: StorageErrorCode | undefined): Uint8Array {
  return Status.encode(status(new CloudError(code, `${what} Entity: ${entity}`), entity, storageCode));
}

/** An error as it stands in an answer. */
export function statusOf(error: unknown): Status {
  if (error instanceof WriteError) return status(error, error.entity, error.storageCode);
  if (error instanceof CloudError) return status(error);
  return status(new CloudError("INTERNAL", error instanceof Error ? error.message : String(error)));
}

function status(error: CloudError, entity = "", storageCode?: StorageErrorCode): Status {
  const found =
    storageCode === undefined
      ? []
      : [
          {
            typeUrl: "type.googleapis.com/google.cloud.bigquery.storage.v1.StorageError",
            value: StorageError.encode({ code: storageErrors[storageCode], entity, errorMessage: error.message }),
          },
        ];
  return { code: error.grpcCode, message: error.message, details: found };
}
