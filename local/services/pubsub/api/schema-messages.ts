/** google.pubsub.v1.SchemaService and google.iam.v1.IAMPolicy as declared messages. */
import {
  bytes,
  field,
  int32,
  message,
  type MessageOf,
  optional,
  repeated,
  string,
  Timestamp,
} from "../../../../pipeline/protobuf/message";

export const SchemaType = { protobuf: 1, avro: 2 } as const;
/** How much of a schema is asked for: without or with its definition. */
export const SchemaView = { unspecified: 0, basic: 1, full: 2 } as const;

export const Schema = message({
  name: field(1, string),
  type: field(2, int32),
  definition: field(3, string),
  revisionId: field(4, string),
  revisionCreateTime: field(6, optional(Timestamp)),
});
export type Schema = MessageOf<typeof Schema>;

export const CreateSchemaRequest = message({
  parent: field(1, string),
  schema: field(2, optional(Schema)),
  schemaId: field(3, string),
});
export const GetSchemaRequest = message({ name: field(1, string), view: field(2, int32) });
export const ListSchemasRequest = message({
  parent: field(1, string),
  view: field(2, int32),
  pageSize: field(3, int32),
  pageToken: field(4, string),
});
export const ListSchemasResponse = message({ schemas: field(1, repeated(Schema)), nextPageToken: field(2, string) });
export const CommitSchemaRequest = message({ name: field(1, string), schema: field(2, optional(Schema)) });
export const DeleteSchemaRequest = message({ name: field(1, string) });
export const ValidateSchemaRequest = message({ parent: field(1, string), schema: field(2, optional(Schema)) });
export const ValidateMessageRequest = message({
  parent: field(1, string),
  name: field(2, string),
  schema: field(3, optional(Schema)),
  message: field(4, bytes),
  encoding: field(5, int32),
});

const Binding = message({ role: field(1, string), members: field(2, repeated(string)) });
export const Policy = message({
  version: field(1, int32),
  etag: field(3, bytes),
  bindings: field(4, repeated(Binding)),
});
export type Policy = MessageOf<typeof Policy>;
export const GetIamPolicyRequest = message({ resource: field(1, string) });
export const SetIamPolicyRequest = message({ resource: field(1, string), policy: field(2, optional(Policy)) });
/** The answer has the permissions that the caller has, in the same field of the same type. */
export const TestIamPermissionsRequest = message({
  resource: field(1, string),
  permissions: field(2, repeated(string)),
});
export const TestIamPermissionsResponse = message({ permissions: field(1, repeated(string)) });
