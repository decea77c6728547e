import { PubsubTopic, type PubsubTopicConfig } from "@cdktf/provider-google/lib/pubsub-topic";
import { PubsubTopicIamMember } from "@cdktf/provider-google/lib/pubsub-topic-iam-member";
import type { Construct } from "constructs";
import { seconds, type Duration } from "../../pipeline/duration";
import { ANYWHERE, encryptionOf, type Encrypted } from "../core/encryption";
import { keyOfExisting, type Existing } from "../core/existing";
import { ResourcePolicy, type Grant, type Identity, type Policy, Grantable, type GrantOptions } from "../core/grants";
import { labelsRule, type Labels } from "../core/labels";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { reference } from "../core/reference";
import { guarded } from "../core/removal";
import { check, type Rules } from "../core/rules";
import { serviceAgent } from "../core/service-agents";
import { Site } from "../core/site";
import type { AnyServiceAccount } from "../iam/service-account";
import { ingest, ingestionRules, type Ingestion } from "./ingestion";
import { topics } from "./journey-rules";
import { nameRule, retentionRule } from "./names";
import { residences } from "./residence";
import type { AnyTopicSchema } from "./topic-schema";
import { transformRules, transformsOf, type Transforming } from "./transforms";

/** A topic wherever it was made. */
export abstract class AnyTopic extends Grantable {
  abstract readonly name: string;
  /** The name in addresses: without the stage's prefix. */
  abstract readonly key: string;
  abstract readonly project: string;
  /** projects/P/topics/T: a reference to the topic, so whoever names it comes after it. */
  abstract readonly path: string;
  /** The same as plain text, for what must not wait for the topic. */
  abstract readonly fullName: string;

  /** roles/pubsub.publisher */
  grantPublish(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/pubsub.publisher", to, options);
  }

  /** May attach subscriptions: roles/pubsub.subscriber. To read one, see the subscription's grantSubscribe. */
  grantSubscribe(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/pubsub.subscriber", to, options);
  }
}

export interface TopicProps extends Transforming, Encrypted, Overridable<PubsubTopicConfig> {
  /** @default the construct's id */
  readonly name?: string;
  /**
   * What messages must look like; others are refused at publish. They are JSON, unless the encoding is said to be the
   * schema's binary one.
   * @default none: clients send plain JSON, and what does not fit becomes a dead letter that can be looked at
   * @see https://cloud.google.com/pubsub/docs/schemas
   */
  readonly schema?: AnyTopicSchema | { readonly schema: AnyTopicSchema; readonly encoding: "json" | "binary" };
  /**
   * How long acknowledged messages can be replayed, 10m to 31d. It is paid for.
   * @default not at all
   */
  readonly retention?: Duration;
  /**
   * Regions in which messages may be stored: "europe-west1". A publisher elsewhere has them carried there, or with
   * `enforced` is refused.
   * @default where the publisher is, as Google does
   * @see https://cloud.google.com/pubsub/docs/resource-location-restriction
   */
  readonly regions?: { readonly allowed: readonly string[]; readonly enforced?: boolean };
  /**
   * What Pub/Sub itself publishes: objects of a bucket, what is in another cloud's streams.
   * @default nothing: what is published comes from publishers
   * @see https://cloud.google.com/pubsub/docs/import-topics
   */
  readonly ingestion?: Ingestion;
  /** @default the stack's labels */
  readonly labels?: Labels;
}

const rules: Rules<TopicProps> = [
  nameRule,
  retentionRule,
  {
    id: "regions-allowed",
    reads: ["regions"],
    page: "https://cloud.google.com/pubsub/docs/resource-location-restriction",
    broken: ({ regions }) =>
      regions?.allowed.length === 0
        ? "regions.allowed is empty: messages would have nowhere to be. Leave regions away to allow all"
        : undefined,
  },
  labelsRule,
  ...transformRules,
  ...ingestionRules,
];

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
  readonly schema: AnyTopicSchema | undefined;
  /** How messages of a schema are written. */
  readonly encoding: "json" | "binary";
  /** The account that another cloud is to trust, where messages come from there. */
  readonly ingestsAs: AnyServiceAccount | undefined;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: TopicProps = {}) {
    super(scope, id);
    this.key = props.name ?? id;
    const name = physicalName(this, this.key);
    check(this, { ...props, name }, rules);
    const { schema, retention, regions } = props;
    const ingesting = props.ingestion && ingest(this, this.key, props.ingestion);
    this.schema = schema && "encoding" in schema ? schema.schema : schema;
    this.encoding = schema && "encoding" in schema ? schema.encoding : "json";
    this.ingestsAs = ingesting?.identity;
    const encryption = encryptionOf(this, ["pubsub"], props, ANYWHERE);
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
        messageStoragePolicy: regions && {
          allowedPersistenceRegions: [...regions.allowed],
          enforceInTransit: regions.enforced,
        },
        schemaSettings: this.schema && { schema: this.schema.path, encoding: this.encoding.toUpperCase() },
        messageTransforms: transformsOf(props.transforms),
        ingestionDataSourceSettings: ingesting?.settings,
        lifecycle: guarded(this),
        ...props.overrides,
      },
      () => [...encryption.waits(), ...(ingesting?.waits() ?? [])],
    );
    this.project = Site.of(this).settings.project;
    this.fullName = `projects/${this.project}/topics/${name}`;
    this.name = reference(this.resource, "name", name);
    this.path = reference(this.resource, "id", this.fullName);
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: this.fullName,
      verbs: "grantPublish",
      tier: "data",
      member: PubsubTopicIamMember,
      on: { topic: this.name, project: this.project },
      resource: this.resource,
    });
    // A right on the topic itself, so it comes after it: until then nothing is taken in, and nothing is lost.
    if (ingesting) this.grantPublish(serviceAgent(this, "pubsub"), { why: "publishes what it takes in" });
    topics.tell(this, { topic: this.fullName });
    const { allowed, enforced = false } = regions ?? {};
    const from = props.ingestion && "bucket" in props.ingestion ? props.ingestion.bucket.fullName : undefined;
    if (allowed) residences.tell(this, { topic: this.fullName, allowed, enforced, from });
  }

  /** A topic that is there already. */
  static fromName(scope: Construct, id: string, from: Existing): AnyTopic {
    return new ExistingTopic(scope, id, from);
  }
}

class ExistingTopic extends AnyTopic {
  readonly name: string;
  readonly key: string;
  readonly project: string;
  readonly path: string;
  readonly fullName: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: Existing) {
    super(scope, id);
    check(this, from, rules);
    const ours = Site.of(this).settings.project;
    this.name = from.name;
    this.project = from.project ?? ours;
    this.key = keyOfExisting(from, ours);
    this.fullName = `projects/${this.project}/topics/${from.name}`;
    this.path = this.fullName;
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: this.fullName,
      verbs: "grantPublish",
      tier: "data",
      member: PubsubTopicIamMember,
      on: { topic: this.name, project: this.project },
      grants: from.grants,
    });
  }
}
