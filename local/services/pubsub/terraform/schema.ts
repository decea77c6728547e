import { CloudError } from "../../../errors";
import type { Attributes, Host, ResourceType, StackResource } from "../../../service";
import { SchemaType } from "../api/schema-messages";
import type { Schemas } from "../schema/schemas";
import { Arguments } from "./arguments";
import { nameOf } from "./names";

const TYPES: { readonly [type: string]: number } = {
  PROTOCOL_BUFFER: SchemaType.protobuf,
  AVRO: SchemaType.avro,
};

/** google_pubsub_schema. A changed definition is a new revision. */
export function schemaType(
  host: Host,
  schemas: Schemas,
  applied: (name: string, address: string) => void,
): ResourceType {
  return {
    type: "google_pubsub_schema",
    apply(resource: StackResource): Attributes {
      const given = Arguments.of(resource);
      const type = TYPES[given.required("type")];
      if (type === undefined) {
        throw new CloudError("INVALID_ARGUMENT", `${resource.address}: type is PROTOCOL_BUFFER or AVRO.`);
      }
      const name = nameOf("schemas", given.required("name"), given.text("project") ?? host.project);
      const wanted = { name, type, definition: given.required("definition") };
      const current = schemas.list().find((schema) => schema.name === name);
      if (current === undefined) schemas.create(wanted);
      else if (current.definition !== wanted.definition) schemas.commit(wanted);
      applied(name, resource.address);
      return { id: name, name: resource.config.name, project: name.split("/")[1] };
    },
  };
}
