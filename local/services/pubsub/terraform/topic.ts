import { CloudError } from "../../../errors";
import type { Attributes, Host, ResourceType, StackResource } from "../../../service";
import { Encoding, type Topic } from "../api/messages";
import type { Broker } from "../broker";
import { topicOf } from "../settings";
import { Arguments } from "./arguments";
import { nameOf } from "./names";

/** google_pubsub_topic */
export function topicType(host: Host, broker: Broker, applied: (name: string, address: string) => void): ResourceType {
  return {
    type: "google_pubsub_topic",
    apply(resource: StackResource): Attributes {
      const wanted = topicConfig(resource, host.project);
      if (broker.topics.has(wanted.name)) broker.configureTopic(wanted);
      else broker.createTopic(wanted);
      applied(wanted.name, resource.address);
      return { id: wanted.name, name: resource.config.name, project: wanted.name.split("/")[1] };
    },
  };
}

function topicConfig(resource: StackResource, project: string): Topic {
  const given = Arguments.of(resource);
  for (const argument of ["ingestion_data_source_settings", "message_transforms"]) {
    if (given.has(argument)) {
      throw new CloudError("UNIMPLEMENTED", `${resource.address}: the local Pub/Sub does not run ${argument}.`);
    }
  }
  const schema = given.nested("schema_settings");
  return topicOf({
    name: nameOf("topics", given.required("name"), given.text("project") ?? project),
    labels: given.labels(),
    kmsKeyName: given.text("kms_key_name") ?? "",
    messageRetentionDuration: given.duration("message_retention_duration"),
    schemaSettings: schema && {
      schema: nameOf("schemas", schema.required("schema"), project),
      encoding: schema.text("encoding") === "BINARY" ? Encoding.binary : Encoding.json,
      firstRevisionId: "",
      lastRevisionId: "",
    },
  });
}
