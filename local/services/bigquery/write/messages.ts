/**
 * google.cloud.bigquery.storage.v1, as far as rows are written with it.
 * @see https://cloud.google.com/bigquery/docs/reference/storage/rpc/google.cloud.bigquery.storage.v1
 */
import {
  bytes,
  int32,
  field,
  int64,
  map,
  message,
  optional,
  repeated,
  string,
  Timestamp,
  type MessageOf,
} from "../../../../pipeline/protobuf/message";
import type { FieldMode, FieldType } from "../../../../pipeline/spec";
import type { Column } from "../schema/column";

export const streamTypes = { COMMITTED: 1, PENDING: 2, BUFFERED: 3 } as const;

const typeNumbers: { readonly [type in FieldType]: number } = {
  STRING: 1,
  INTEGER: 2,
  FLOAT: 3,
  RECORD: 4,
  BYTES: 5,
  BOOLEAN: 6,
  TIMESTAMP: 7,
  DATE: 8,
  TIME: 9,
  DATETIME: 10,
  NUMERIC: 12,
  JSON: 15,
};
const modeNumbers: { readonly [mode in FieldMode]: number } = { NULLABLE: 1, REQUIRED: 2, REPEATED: 3 };

const Int64Value = message({ value: field(1, int64) });

/** A schema is a tree: its fields' own fields are carried as they are encoded. */
const TableFieldSchema = message({
  name: field(1, string),
  type: field(2, int32),
  mode: field(3, int32),
  fields: field(4, repeated(bytes)),
  description: field(6, string),
  maxLength: field(7, int64),
  precision: field(8, int64),
  scale: field(9, int64),
  defaultValueExpression: field(10, string),
});
const TableSchema = message({ fields: field(1, repeated(bytes)) });

/** The fields of a TableSchema. */
export const schemaFields = (columns: readonly Column[]): readonly Uint8Array[] =>
  columns.map(({ type, mode, fields = [], ...column }) =>
    TableFieldSchema.encode({
      ...column,
      type: typeNumbers[type],
      mode: modeNumbers[mode],
      fields: schemaFields(fields),
    }),
  );

export const WriteStream = message({
  name: field(1, string),
  type: field(2, int32),
  createTime: field(3, optional(Timestamp)),
  commitTime: field(4, optional(Timestamp)),
  tableSchema: field(5, optional(TableSchema)),
  writeMode: field(7, int32),
  location: field(8, string),
});
export type WriteStream = MessageOf<typeof WriteStream>;

export const CreateWriteStreamRequest = message({
  parent: field(1, string),
  writeStream: field(2, optional(WriteStream)),
});
export const GetWriteStreamRequest = message({ name: field(1, string), view: field(3, int32) });
export const FinalizeWriteStreamRequest = message({ name: field(1, string) });
export const FinalizeWriteStreamResponse = message({ rowCount: field(1, int64) });
export const FlushRowsRequest = message({ writeStream: field(1, string), offset: field(2, optional(Int64Value)) });
export const FlushRowsResponse = message({ offset: field(1, int64) });

const ProtoSchema = message({ protoDescriptor: field(1, bytes) });
const ProtoRows = message({ serializedRows: field(1, repeated(bytes)) });
const ProtoData = message({ writerSchema: field(1, optional(ProtoSchema)), rows: field(2, optional(ProtoRows)) });
export const AppendRowsRequest = message({
  writeStream: field(1, string),
  offset: field(2, optional(Int64Value)),
  protoRows: field(4, optional(ProtoData)),
  arrowRows: field(5, optional(bytes)),
  traceId: field(6, string),
  missingValueInterpretations: field(7, map(int32)),
  defaultMissingValueInterpretation: field(8, int32),
});
export type AppendRowsRequest = MessageOf<typeof AppendRowsRequest>;

/** How a value is understood that a row does not have. */
export const MissingValue = { NULL_VALUE: 1, DEFAULT_VALUE: 2 } as const;

const Any = message({ typeUrl: field(1, string), value: field(2, bytes) });
/** google.rpc.Status */
export const Status = message({
  code: field(1, int32),
  message: field(2, string),
  details: field(3, repeated(Any)),
});
export type Status = MessageOf<typeof Status>;

export const storageErrors = {
  TABLE_NOT_FOUND: 1,
  STREAM_ALREADY_COMMITTED: 2,
  STREAM_NOT_FOUND: 3,
  INVALID_STREAM_TYPE: 4,
  INVALID_STREAM_STATE: 5,
  STREAM_FINALIZED: 6,
  SCHEMA_MISMATCH_EXTRA_FIELDS: 7,
  OFFSET_ALREADY_EXISTS: 8,
  OFFSET_OUT_OF_RANGE: 9,
} as const;
export type StorageErrorCode = keyof typeof storageErrors;
export const StorageError = message({
  code: field(1, int32),
  entity: field(2, string),
  errorMessage: field(3, string),
});
export type StorageError = MessageOf<typeof StorageError>;

const ROW_FIELDS_ERROR = 1;
const RowError = message({ index: field(1, int64), code: field(2, int32), message: field(3, string) });
export type RowError = MessageOf<typeof RowError>;
export const rowError = (index: number, reason: string): RowError => ({
  index,
  code: ROW_FIELDS_ERROR,
  message: reason,
});

const AppendResult = message({ offset: field(1, optional(Int64Value)) });
export const AppendRowsResponse = message({
  appendResult: field(1, optional(AppendResult)),
  error: field(2, optional(Status)),
  updatedSchema: field(3, optional(TableSchema)),
  rowErrors: field(4, repeated(RowError)),
  writeStream: field(5, string),
});
export type AppendRowsResponse = MessageOf<typeof AppendRowsResponse>;

export const BatchCommitWriteStreamsRequest = message({
  parent: field(1, string),
  writeStreams: field(2, repeated(string)),
});
export const BatchCommitWriteStreamsResponse = message({
  commitTime: field(1, optional(Timestamp)),
  streamErrors: field(2, repeated(StorageError)),
});
