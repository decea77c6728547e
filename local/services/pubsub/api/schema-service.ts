/** google.pubsub.v1.SchemaService */
import { Empty } from "../../../../pipeline/protobuf/message";
import { CloudError } from "../../../errors";
import { type GrpcMethod, unary } from "../../../grpc";
import type { Caller } from "../../../service";
import { fullName, fullProject, projectOf } from "../names";
import { SchemaMismatch } from "../schema/compiled";
import { compileSchema, readAs } from "../schema/schemas";
import { page } from "./paging";
import { ofProject } from "./publisher";
import * as m from "./schema-messages";
import { type ApiWorld, checkOf } from "./world";

const path = (method: string): string => `/google.pubsub.v1.SchemaService/${method}`;

export function schemaMethods(world: ApiWorld, caller: Caller): GrpcMethod[] {
  const { broker, schemas, turn } = world;
  const check = checkOf(world, caller);
  return [
    unary(path("CreateSchema"), m.CreateSchemaRequest, m.Schema, async ({ parent, schema, schemaId }) => {
      check("pubsub.schemas.create", fullProject(projectOf(parent)));
      const created = schemas.create({ ...given(schema), name: `${parent}/schemas/${schemaId}` });
      await turn.written();
      return created;
    }),
    unary(path("GetSchema"), m.GetSchemaRequest, m.Schema, ({ name, view }) => {
      check("pubsub.schemas.get", fullName(name));
      // Of one schema all is shown unless less is asked for; of a list only the names unless more is.
      return view === m.SchemaView.basic ? basic(schemas.get(name)) : schemas.get(name);
    }),
    unary(path("ListSchemas"), m.ListSchemasRequest, m.ListSchemasResponse, (request) => {
      check("pubsub.schemas.list", fullProject(projectOf(request.parent)));
      const { items, nextPageToken } = page(ofProject(schemas.list(), request.parent), request);
      return { schemas: request.view === m.SchemaView.full ? items : items.map(basic), nextPageToken };
    }),
    unary(path("CommitSchema"), m.CommitSchemaRequest, m.Schema, async ({ name, schema }) => {
      check("pubsub.schemas.commit", fullName(name));
      const committed = schemas.commit({ ...given(schema), name });
      await turn.written();
      return committed;
    }),
    unary(path("DeleteSchema"), m.DeleteSchemaRequest, Empty, async ({ name }) => {
      check("pubsub.schemas.delete", fullName(name));
      broker.deleteSchema(name);
      await turn.written();
      return {};
    }),
    unary(path("ValidateSchema"), m.ValidateSchemaRequest, Empty, ({ parent, schema }) => {
      check("pubsub.schemas.validate", fullProject(projectOf(parent)));
      compileSchema(given(schema));
      return {};
    }),
    unary(path("ValidateMessage"), m.ValidateMessageRequest, Empty, ({ parent, name, schema, message, encoding }) => {
      check("pubsub.schemas.validate", fullProject(projectOf(parent)));
      const compiled = compileSchema(schema ?? schemas.get(name));
      try {
        readAs(compiled, message, encoding);
      } catch (error) {
        if (!(error instanceof SchemaMismatch)) throw error;
        throw new CloudError("INVALID_ARGUMENT", `Message failed schema validation: ${error.message}`);
      }
      return {};
    }),
  ];
}

function given(schema: m.Schema | undefined): m.Schema {
  if (schema === undefined) throw new CloudError("INVALID_ARGUMENT", "The request has no schema.");
  return schema;
}

const basic = (schema: m.Schema): m.Schema => ({ ...schema, definition: "" });
