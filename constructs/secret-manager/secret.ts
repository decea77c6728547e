import { SecretManagerSecret } from "@cdktf/provider-google/lib/secret-manager-secret";
import { SecretManagerSecretIamMember } from "@cdktf/provider-google/lib/secret-manager-secret-iam-member";
import type { Construct } from "constructs";
import { seconds } from "../../pipeline/duration";
import { keyOfExisting, type Existing } from "../core/existing";
import { Grantable, ResourcePolicy, type Grant, type GrantOptions, type Identity, type Policy } from "../core/grants";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { settled } from "../core/propagation";
import { reference } from "../core/reference";
import { keepsData } from "../core/removal";
import { check } from "../core/rules";
import { serviceAgent } from "../core/service-agents";
import { Site } from "../core/site";
import { literal } from "../core/text";
import { nothing, type Waits } from "../core/waits";
import type { AnyTopic } from "../pubsub/topic";
import { copiesOf, replicated, replicationRules } from "./replication";
import { secretRules, topicsOf, type SecretProps } from "./secret-props";

/** A secret wherever it was made: where it is, never what it says. */
export abstract class AnySecret extends Grantable {
  abstract readonly name: string;
  /** The name in addresses: without the stage's prefix. */
  abstract readonly key: string;
  abstract readonly project: string;
  /** projects/P/secrets/S: a reference to the secret, so whoever names it comes after it. */
  abstract readonly path: string;
  /** The same as plain text, for what must not wait for the secret. */
  abstract readonly fullName: string;

  /** May read the values: roles/secretmanager.secretAccessor. */
  grantRead(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/secretmanager.secretAccessor", to, options);
  }

  /** May add values, and read none: roles/secretmanager.secretVersionAdder. */
  grantAddVersion(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/secretmanager.secretVersionAdder", to, options);
  }

  /** May add, disable and destroy values, and read none: roles/secretmanager.secretVersionManager. What rotates it needs it. */
  grantManageVersions(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/secretmanager.secretVersionManager", to, options);
  }
}

/**
 * A secret: a name with rights, whose values are versions. A stack seldom makes the values, since whatever it makes
 * Terraform remembers; {@link SecretVersion} makes one that it does not.
 *
 *     new CloudRunService(this, "api", { image, env: { API_KEY: { secret } } });
 *
 * Secrets of one region alone, at an address of its own, are another resource, which neither Cloud Run nor functions
 * read: `replication` keeps the values in a region just as well.
 * @throws InvalidProps
 * @see https://cloud.google.com/secret-manager/docs/creating-and-accessing-secrets
 */
export class Secret extends AnySecret {
  readonly resource: SecretManagerSecret;
  readonly name: string;
  readonly key: string;
  readonly project: string;
  readonly path: string;
  readonly fullName: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: SecretProps = {}) {
    super(scope, id);
    this.key = props.name ?? id;
    const name = physicalName(this, this.key);
    const copies = copiesOf(this, props);
    check(this, { ...props, name, copies }, [...secretRules, ...replicationRules]);
    const { rotation, expiration, aliases, destroyDelay, annotations } = props;
    const topics = topicsOf(props);
    const told = this.mayTell(topics);
    const { replication, waits } = replicated(this, props.replication, copies);
    this.resource = make(
      this,
      "resource",
      SecretManagerSecret,
      this.key,
      {
        secretId: name,
        replication,
        topics: topics.length === 0 ? undefined : topics.map((topic) => ({ name: topic.path })),
        rotation: rotation && { rotationPeriod: seconds(rotation.every), nextRotationTime: rotation.from },
        ttl: expiration && "after" in expiration ? seconds(expiration.after) : undefined,
        expireTime: expiration && "at" in expiration ? expiration.at : undefined,
        versionAliases: aliases && Object.fromEntries(Object.entries(aliases).map(([alias, n]) => [alias, String(n)])),
        versionDestroyTtl: destroyDelay && seconds(destroyDelay),
        annotations:
          annotations && Object.fromEntries(Object.entries(annotations).map(([name, text]) => [name, literal(text)])),
        labels: props.labels,
        deletionProtection: keepsData(this),
        // Secret Manager moves it on at each rotation: Terraform would set it back, into the past, and be refused.
        lifecycle: rotation && { ignoreChanges: ["rotation[0].next_rotation_time"] },
        ...props.overrides,
      },
      () => [...waits(), ...told()],
    );
    // A block that says nothing but that it is there: cdktf drops it.
    if (replication.auto && !replication.auto.customerManagedEncryption) {
      this.resource.addOverride("replication.auto", {});
    }
    this.project = Site.of(this).settings.project;
    this.fullName = `projects/${this.project}/secrets/${name}`;
    this.name = reference(this.resource, "secret_id", name);
    this.path = reference(this.resource, "id", this.fullName);
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: this.fullName,
      verbs: "grantRead",
      tier: "data",
      member: SecretManagerSecretIamMember,
      on: { secretId: this.name, project: this.project },
      resource: this.resource,
    });
  }

  /** A secret that is there already. */
  static fromName(scope: Construct, id: string, from: Existing): AnySecret {
    return new ExistingSecret(scope, id, from);
  }

  /** Secret Manager tries its topics when they are set, and refuses those to which it may not publish. */
  private mayTell(topics: readonly AnyTopic[]): Waits {
    if (topics.length === 0) return nothing;
    const agent = serviceAgent(this, "secret-manager");
    const why = { why: "tells of changes of a secret, and when to rotate it" };
    const grants = topics.map((topic) => topic.grantPublish(agent, why));
    return settled(this, `secret-${this.key}`, () => grants.flatMap((grant) => [...grant.waits()]));
  }
}

class ExistingSecret extends AnySecret {
  readonly name: string;
  readonly key: string;
  readonly project: string;
  readonly path: string;
  readonly fullName: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: Existing) {
    super(scope, id);
    check(this, from, secretRules.slice(0, 1));
    const ours = Site.of(this).settings.project;
    this.name = from.name;
    this.project = from.project ?? ours;
    this.key = keyOfExisting(from, ours);
    this.fullName = `projects/${this.project}/secrets/${from.name}`;
    this.path = this.fullName;
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: this.fullName,
      verbs: "grantRead",
      tier: "data",
      member: SecretManagerSecretIamMember,
      on: { secretId: this.name, project: this.project },
      grants: from.grants,
    });
  }
}
