import { PubsubTopic } from "@cdktf/provider-google/lib/pubsub-topic";
import { PubsubTopicIamMember } from "@cdktf/provider-google/lib/pubsub-topic-iam-member";
import { Construct } from "constructs";
import { seconds, type Duration } from "../../pipeline/duration";
import { encryptionOf } from "../core/encryption";
import { ResourcePolicy, type Grant, type Identity, type Policy } from "../core/grants";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { reference } from "../core/reference";
import { guarded } from "../core/removal";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { topics } from "./journey-rules";
import { nameRule, retentionRule } from "./names";
import type { TopicSchema } from "./topic-schema";

/** A topic wherever it was made. */
export abstract class AnyTopic extends Construct {
  abstract readonly name: string;
  /** The name in addresses: without the stage's prefix. */
  abstract readonly key: string;
  abstract readonly project: string;
  /** projects/P/topics/T: a reference to the topic, so whoever names it comes after it. */
  abstract readonly path: string;
  /** The same as plain text, for what must not wait for the topic. */
  abstract readonly fullName: string;
  protected abstract readonly policy: Policy;

  /** roles/pubsub.publisher */
  grantPublish(to: Identity): Grant {
    return this.policy.grant("roles/pubsub.publisher", to);
  }

  /** May attach subscriptions: roles/pubsub.subscriber. To read one, see the subscription's grantSubscribe. */
  grantSubscribe(to: Identity): Grant {
    return this.policy.grant("roles/pubsub.subscriber", to);
  }
}

export interface TopicProps {
  /** @default the construct's id */
  readonly name?: string;
  /**
   * What messages must look like; others are refused at publish.
   * @default none: clients send plain JSON, and what does not fit becomes a dead letter that can be looked at
   */
  readonly schema?: TopicSchema;
  /**
   * How long acknowledged messages can be replayed, 10m to 31d. It is paid for.
   * @default not at all
   */
  readonly retention?: Duration;
  /** @default the stack's labels */
  readonly labels?: { readonly [name: string]: string };
}

const rules: Rules<TopicProps> = [nameRule, retentionRule];

/**
 * A topic. Where the stage keeps data, it cannot be destroyed by accident.
 * @throws InvalidProps
 * @see https://cloud.google.com/pubsub/docs/create-topic
 */
export class Topic extends AnyTopic {
  readonly resource: PubsubTopic;
  readonly name: string;
  readonly key: string;
  readonly project: string;
  readonly path: string;
  readonly fullName: string;
  /** What its messages must look like, if anything. */
  readonly schema: TopicSchema | undefined;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: TopicProps = {}) {
    super(scope, id);
    this.key = props.name ?? id;
    const name = physicalName(this, this.key);
    check(this, { ...props, name }, rules);
    const { schema, retention } = props;
    this.schema = schema;
    const encryption = encryptionOf(this, ["pubsub"]);
    this.resource = make(
      this,
      "resource",
      PubsubTopic,
      this.key,
      {
        name,
        labels: props.labels,
        kmsKeyName: encryption.key,
        messageRetentionDuration: retention && seconds(retention),
        schemaSettings: schema && { schema: schema.path, encoding: "JSON" },
        lifecycle: guarded(this),
      },
      encryption.waits,
    );
    this.project = Site.of(this).settings.project;
    this.fullName = `projects/${this.project}/topics/${name}`;
    this.name = reference(this.resource, "name", name);
    this.path = reference(this.resource, "id", this.fullName);
    this.policy = new ResourcePolicy({
      key: this.key,
      tier: "data",
      member: PubsubTopicIamMember,
      on: { topic: this.name, project: this.project },
      resource: this.resource,
    });
    topics.tell(this, { topic: this.fullName });
  }

  /** A topic that is there already. */
  static fromName(scope: Construct, id: string, from: ExistingTopicProps): AnyTopic {
    return new ExistingTopic(scope, id, from);
  }
}

export interface ExistingTopicProps {
  readonly name: string;
  /** @default the stack's */
  readonly project?: string;
  /** "assume": whoever owns it gives the rights. @default "manage" */
  readonly grants?: "manage" | "assume";
}

class ExistingTopic extends AnyTopic {
  readonly name: string;
  readonly key: string;
  readonly project: string;
  readonly path: string;
  readonly fullName: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: ExistingTopicProps) {
    super(scope, id);
    check(this, from, rules);
    const ours = Site.of(this).settings.project;
    this.name = from.name;
    this.project = from.project ?? ours;
    this.key = this.project === ours ? from.name : `${this.project}-${from.name}`;
    this.fullName = `projects/${this.project}/topics/${from.name}`;
    this.path = this.fullName;
    this.policy = new ResourcePolicy({
      key: this.key,
      tier: "data",
      member: PubsubTopicIamMember,
      on: { topic: this.name, project: this.project },
      grants: from.grants,
    });
  }
}
