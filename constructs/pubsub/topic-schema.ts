import { PubsubSchema, type PubsubSchemaConfig } from "@cdktf/provider-google/lib/pubsub-schema";
import { PubsubSchemaIamMember } from "@cdktf/provider-google/lib/pubsub-schema-iam-member";
import type { Construct } from "constructs";
import type { Fields } from "../../pipeline/schema/field";
import { protobufSchema } from "../../pipeline/schema/protobuf-schema";
import { Schema } from "../../pipeline/schema/schema";
import { keyOfExisting, type Existing } from "../core/existing";
import { Grantable, ResourcePolicy, type Grant, type GrantOptions, type Identity, type Policy } from "../core/grants";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { reference } from "../core/reference";
import { guarded } from "../core/removal";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { kebab, literal } from "../core/text";
import { nameRule } from "./names";
import { notAvro, notProtobuf } from "./schema-definition";

/** A schema wherever it was made. */
export abstract class AnyTopicSchema extends Grantable {
  abstract readonly name: string;
  /** The name in addresses: without the stage's prefix. */
  abstract readonly key: string;
  /** projects/P/schemas/S: a reference to the schema, so whoever names it comes after it. */
  abstract readonly path: string;
  /** The same as plain text. */
  abstract readonly fullName: string;

  /** May read it, as a client does that encodes by it: roles/pubsub.viewer. */
  grantView(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/pubsub.viewer", to, options);
  }
}

/** A schema as text of its own language. */
export type SchemaText = { readonly protobuf: string } | { readonly avro: string };

export interface TopicSchemaProps extends Overridable<PubsubSchemaConfig> {
  /**
   * What an event is: one of ours, which becomes protobuf, or text. Protobuf has one message at its top and no imports;
   * Avro is a record in JSON. A change is a new revision, which has to be compatible, of at most 20; which revisions a
   * topic takes is not Terraform's to say, and so it takes all.
   * @see https://cloud.google.com/pubsub/docs/schema-revisions
   */
  readonly event: Schema<Fields, Fields> | SchemaText;
  /** @default the event's name, "click_event" makes "click-event"; of text, the construct's id */
  readonly name?: string;
}

const page = "https://cloud.google.com/pubsub/docs/schemas";
const MOST_BYTES = 300 * 1024;

const rules: Rules<TopicSchemaProps> = [
  nameRule,
  {
    id: "event-text",
    reads: ["event"],
    page: `${page}#schema-types`,
    broken({ event }) {
      if (event instanceof Schema) return undefined;
      const says = "avro" in event ? notAvro(event.avro) : notProtobuf(event.protobuf);
      return says && `event, as ${"avro" in event ? "Avro" : "protobuf"}, ${says}`;
    },
  },
  {
    id: "event-size",
    reads: ["event"],
    page: "https://cloud.google.com/pubsub/quotas#resource_limits",
    broken({ event }) {
      const bytes = Buffer.byteLength(definitionOf(event).definition);
      return bytes > MOST_BYTES ? `event is ${bytes} bytes of text: Pub/Sub takes at most ${MOST_BYTES}` : undefined;
    },
  },
];

/**
 * A schema, for a topic that refuses what does not fit. One of ours becomes protobuf, although messages are JSON: Avro
 * wants a nullable value wrapped, `{"value": {"double": 1.5}}`, and every field there. A schema that is destroyed takes
 * its topic with it, in effect: nothing can be published to it any more. Where the stage keeps data, it cannot be
 * destroyed by accident.
 * @throws InvalidProps
 * @see https://cloud.google.com/pubsub/docs/schemas
 */
export class TopicSchema extends AnyTopicSchema {
  readonly resource: PubsubSchema;
  readonly name: string;
  readonly key: string;
  readonly path: string;
  readonly fullName: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: TopicSchemaProps) {
    super(scope, id);
    const { event } = props;
    this.key = props.name ?? (event instanceof Schema ? kebab(event.name) : id);
    const name = physicalName(this, this.key);
    check(this, { ...props, name }, rules);
    const { type, definition } = definitionOf(event);
    this.resource = make(this, "resource", PubsubSchema, this.key, {
      name,
      type,
      definition: literal(definition),
      lifecycle: guarded(this),
      ...props.overrides,
    });
    const { project } = Site.of(this).settings;
    this.fullName = `projects/${project}/schemas/${name}`;
    this.name = reference(this.resource, "name", name);
    this.path = reference(this.resource, "id", this.fullName);
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: this.fullName,
      tier: "data",
      member: PubsubSchemaIamMember,
      on: { schema: this.name, project },
      resource: this.resource,
    });
  }

  /** A schema that is there already. */
  static fromName(scope: Construct, id: string, from: Existing): AnyTopicSchema {
    return new ExistingTopicSchema(scope, id, from);
  }
}

function definitionOf(event: TopicSchemaProps["event"]): { readonly type: string; readonly definition: string } {
  if (event instanceof Schema) {
    return { type: "PROTOCOL_BUFFER", definition: protobufSchema(event.name, event.eventFields) };
  }
  return "avro" in event
    ? { type: "AVRO", definition: event.avro }
    : { type: "PROTOCOL_BUFFER", definition: event.protobuf };
}

const existingRules: Rules<Existing> = [nameRule];

class ExistingTopicSchema extends AnyTopicSchema {
  readonly name: string;
  readonly key: string;
  readonly path: string;
  readonly fullName: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: Existing) {
    super(scope, id);
    check(this, from, existingRules);
    const ours = Site.of(this).settings.project;
    const project = from.project ?? ours;
    this.name = from.name;
    this.key = keyOfExisting(from, ours);
    this.fullName = `projects/${project}/schemas/${from.name}`;
    this.path = this.fullName;
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: this.fullName,
      tier: "data",
      member: PubsubSchemaIamMember,
      on: { schema: from.name, project },
      grants: from.grants,
    });
  }
}
