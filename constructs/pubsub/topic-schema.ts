import { PubsubSchema } from "@cdktf/provider-google/lib/pubsub-schema";
import { Construct } from "constructs";
import type { Fields } from "../../pipeline/schema/field";
import { protobufSchema } from "../../pipeline/schema/protobuf-schema";
import type { Schema } from "../../pipeline/schema/schema";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { reference } from "../core/reference";
import { check } from "../core/rules";
import { Site } from "../core/site";
import { kebab, literal } from "../core/text";
import { nameRule } from "./names";

export interface TopicSchemaProps {
  readonly event: Schema<Fields, Fields>;
  /** @default the event's name: "click_event" makes "click-event" */
  readonly name?: string;
}

/**
 * An event's schema, for a topic that refuses what does not fit. As protobuf, although messages are JSON: Avro wants a
 * nullable value wrapped, `{"value": {"double": 1.5}}`, and every field there.
 * @throws InvalidProps
 * @see https://cloud.google.com/pubsub/docs/schemas
 */
export class TopicSchema extends Construct {
  readonly resource: PubsubSchema;
  /** projects/P/schemas/S */
  readonly path: string;

  constructor(scope: Construct, id: string, props: TopicSchemaProps) {
    super(scope, id);
    const key = props.name ?? kebab(props.event.name);
    const name = physicalName(this, key);
    check(this, { name }, [nameRule]);
    this.resource = make(this, "resource", PubsubSchema, key, {
      name,
      type: "PROTOCOL_BUFFER",
      definition: literal(protobufSchema(props.event.name, props.event.eventFields)),
    });
    this.path = reference(this.resource, "id", `projects/${Site.of(this).settings.project}/schemas/${name}`);
  }
}
