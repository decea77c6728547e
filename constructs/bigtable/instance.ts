import {
  BigtableInstance as BigtableInstanceResource,
  type BigtableInstanceCluster,
} from "@cdktf/provider-google/lib/bigtable-instance";
import { BigtableInstanceIamMember } from "@cdktf/provider-google/lib/bigtable-instance-iam-member";
import type { Construct } from "constructs";
import { encryptionOf } from "../core/encryption";
import { keyOfExisting, type Existing } from "../core/existing";
import { Grantable, ResourcePolicy, type Grant, type GrantOptions, type Identity, type Policy } from "../core/grants";
import { make } from "../core/make";
import { physicalName, shortened } from "../core/names";
import { places } from "../core/places";
import { reference } from "../core/reference";
import { keepsData } from "../core/removal";
import { check } from "../core/rules";
import { Site } from "../core/site";
import type { Waits } from "../core/waits";
import {
  instanceRules,
  nameRule,
  regionOf,
  type BigtableInstanceProps,
  type Checked,
  type ClusterProps,
} from "./instance-props";

/** An instance wherever it was made. */
export abstract class AnyBigtableInstance extends Grantable {
  abstract readonly name: string;
  /** The name in addresses: without the stage's prefix. */
  abstract readonly key: string;
  abstract readonly project: string;
  /** projects/P/instances/I: a reference to the instance. */
  abstract readonly path: string;
  /** The same as plain text. */
  abstract readonly fullName: string;
  /** The ids of its clusters; undefined where nobody told. */
  abstract readonly clusters: readonly string[] | undefined;

  /** Reads all tables: roles/bigtable.reader. Tables give the same right on one of them. */
  grantRead(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/bigtable.reader", to, options);
  }

  /** Reads and writes all tables: roles/bigtable.user. Tables give the same right on one of them. */
  grantWrite(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/bigtable.user", to, options);
  }
}

/** The longest id of a cluster. */
const CLUSTER_NAME = 30;

/**
 * Clusters of nodes, and tables in them. Where the stage keeps data, it cannot be destroyed by accident; elsewhere its
 * backups go with it.
 * @throws InvalidProps
 * @see https://cloud.google.com/bigtable/docs/instances-clusters-nodes
 */
export class BigtableInstance extends AnyBigtableInstance {
  readonly resource: BigtableInstanceResource;
  readonly name: string;
  readonly key: string;
  readonly project: string;
  readonly path: string;
  readonly fullName: string;
  readonly clusters: readonly string[];
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: BigtableInstanceProps = {}) {
    super(scope, id);
    this.key = props.name ?? id;
    const name = physicalName(this, this.key);
    const all = this.clustersOf(name, props);
    check(this, { ...props, name, all }, instanceRules);
    this.clusters = Object.keys(all);
    const site = Site.of(this);
    const kept = keepsData(this);
    const encrypted = Object.entries(all).map(([cluster, one]) => this.cluster(cluster, one, props));
    // Data is read and written by an API of its own.
    const readable = site.api("bigtable");
    this.resource = make(
      this,
      "resource",
      BigtableInstanceResource,
      this.key,
      {
        name,
        displayName: props.displayName,
        cluster: encrypted.map(({ config }) => config),
        labels: props.labels,
        deletionProtection: kept,
        forceDestroy: !kept,
        ...props.overrides,
      },
      () => [...readable(), ...encrypted.flatMap(({ waits }) => [...waits()])],
    );
    this.project = site.settings.project;
    this.fullName = `projects/${this.project}/instances/${name}`;
    this.name = reference(this.resource, "name", name);
    this.path = reference(this.resource, "id", this.fullName);
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: this.fullName,
      verbs: "grantRead or grantWrite",
      tier: "data",
      member: BigtableInstanceIamMember,
      on: { instance: this.name, project: this.project },
      resource: this.resource,
    });
    for (const { zone } of Object.values(all)) {
      places.tell(this, { fullName: this.fullName, location: regionOf(zone), kind: "instance" });
    }
  }

  /** An instance that is there already. */
  static fromName(scope: Construct, id: string, from: ExistingBigtableInstanceProps): AnyBigtableInstance {
    return new ExistingBigtableInstance(scope, id, from);
  }

  private clustersOf(name: string, { clusters, encryptionKey }: BigtableInstanceProps): Checked["all"] {
    const { settings } = Site.of(this);
    const all = Object.entries<ClusterProps>(
      clusters ?? { [`${shortened(name, CLUSTER_NAME - "-c1".length)}-c1`]: {} },
    ).map(([id, cluster]) => {
      const zone = cluster.zone ?? `${settings.region}-b`;
      const keyId = (cluster.encryptionKey ?? encryptionKey)?.keyId ?? settings.encryptionKey;
      return [id, { ...cluster, zone, keyId }] as const;
    });
    return Object.fromEntries(all);
  }

  private cluster(
    clusterId: string,
    { zone, nodes = 1, encryptionKey }: Checked["all"][string],
    props: BigtableInstanceProps,
  ): { readonly config: BigtableInstanceCluster; readonly waits: Waits } {
    const key = encryptionKey ?? props.encryptionKey;
    const encryption = encryptionOf(this, ["bigtable"], { encryptionKey: key }, zone.replace(/-[a-z]$/, ""));
    const config = {
      clusterId,
      zone,
      storageType: (props.storage ?? "ssd").toUpperCase(),
      kmsKeyName: encryption.key,
      ...(typeof nodes === "number"
        ? { numNodes: nodes }
        : {
            autoscalingConfig: {
              minNodes: nodes.minimum,
              maxNodes: nodes.maximum,
              cpuTarget: nodes.cpu ?? 60,
              storageTarget: nodes.storage,
            },
          }),
    };
    return { config, waits: encryption.waits };
  }
}

export interface ExistingBigtableInstanceProps extends Existing {
  /** @default unknown */
  readonly clusters?: readonly string[];
}

class ExistingBigtableInstance extends AnyBigtableInstance {
  readonly name: string;
  readonly key: string;
  readonly project: string;
  readonly path: string;
  readonly fullName: string;
  readonly clusters: readonly string[] | undefined;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: ExistingBigtableInstanceProps) {
    super(scope, id);
    check(this, from, [nameRule]);
    const ours = Site.of(this).settings.project;
    this.name = from.name;
    this.project = from.project ?? ours;
    this.key = keyOfExisting(from, ours);
    this.fullName = `projects/${this.project}/instances/${from.name}`;
    this.path = this.fullName;
    this.clusters = from.clusters;
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: this.fullName,
      verbs: "grantRead or grantWrite",
      tier: "data",
      member: BigtableInstanceIamMember,
      on: { instance: this.name, project: this.project },
      grants: from.grants,
    });
  }
}
