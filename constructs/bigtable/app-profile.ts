import {
  BigtableAppProfile as BigtableAppProfileResource,
  type BigtableAppProfileConfig,
} from "@cdktf/provider-google/lib/bigtable-app-profile";
import { Construct } from "constructs";
import { limits } from "../core/limits";
import { make } from "../core/make";
import type { Overridable } from "../core/overridable";
import { reference } from "../core/reference";
import { keepsData } from "../core/removal";
import { check, type Rules } from "../core/rules";
import { list, literal } from "../core/text";
import type { AnyBigtableInstance } from "./instance";

/** Which cluster answers. */
export type Routing =
  | {
      /** One cluster. What was written is read at once. */
      readonly cluster: string;
      /**
       * Writes that depend on what is there (check-and-mutate, read-modify-write). Two clusters that both take them would
       * overwrite each other.
       * @default false
       */
      readonly transactions?: boolean;
    }
  | {
      /** The nearest one of these, or of all: others take over where it fails, and may lag behind. */
      readonly nearest: "all" | readonly string[];
      /** A row is always asked of one cluster, as long as there is it: what was written is then mostly read at once. @default false */
      readonly rowAffinity?: boolean;
    };

export interface BigtableAppProfileProps extends Overridable<BigtableAppProfileConfig> {
  readonly instance: AnyBigtableInstance;
  /** What clients are told. @default the construct's id */
  readonly name?: string;
  /** @default none */
  readonly description?: string;
  readonly routing: Routing;
  /**
   * What others of the instance have to bear: "low" gives way; "data-boost" reads without its nodes, and is paid for by
   * what it reads.
   * @default "high", as Google does
   */
  readonly priority?: "high" | "medium" | "low" | "data-boost";
}

const profiles = "https://cloud.google.com/bigtable/docs/app-profiles";

const rules: Rules<BigtableAppProfileProps> = [
  limits("Bigtable").matches(
    "name",
    /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,49}$/,
    'takes 1 to 50 letters, digits, "_", "-" and ".", and "-" and "." not first',
    profiles,
  ),
  {
    id: "routing-clusters",
    reads: ["routing"],
    page: profiles,
    broken({ routing, instance: { clusters } }) {
      const named = "cluster" in routing ? [routing.cluster] : routing.nearest === "all" ? [] : routing.nearest;
      if ("nearest" in routing && routing.nearest.length === 0)
        return 'routing.nearest is empty: name clusters, or say "all"';
      const strange = clusters && named.find((cluster) => !clusters.includes(cluster));
      return strange === undefined
        ? undefined
        : `routing names ${strange}, which is no cluster of the instance: it has ${list(clusters ?? [])}`;
    },
  },
];

/**
 * How a client's requests are answered: by which cluster, and before or after whose.
 * @throws InvalidProps
 * @see https://cloud.google.com/bigtable/docs/app-profiles
 */
export class BigtableAppProfile extends Construct {
  readonly resource: BigtableAppProfileResource;
  /** What clients are told: a reference to the profile. */
  readonly name: string;

  constructor(scope: Construct, id: string, props: BigtableAppProfileProps) {
    super(scope, id);
    const { instance, description, routing, priority, overrides } = props;
    const name = props.name ?? id;
    check(this, { ...props, name }, rules);
    this.resource = make(this, "resource", BigtableAppProfileResource, `${instance.key}-${name}`, {
      project: instance.project,
      instance: instance.name,
      appProfileId: name,
      description: description && literal(description),
      ...routingOf(routing),
      ...priorityOf(priority),
      // Else a profile that was in use lately is not deleted with its stack.
      ignoreWarnings: !keepsData(this),
      ...overrides,
    });
    this.name = reference(this.resource, "app_profile_id", name);
  }
}

function routingOf(routing: Routing): Partial<BigtableAppProfileConfig> {
  if ("cluster" in routing) {
    const { cluster, transactions } = routing;
    return { singleClusterRouting: { clusterId: cluster, allowTransactionalWrites: transactions } };
  }
  const { nearest, rowAffinity } = routing;
  return {
    multiClusterRoutingUseAny: true,
    multiClusterRoutingClusterIds: nearest === "all" ? undefined : [...nearest],
    rowAffinity,
  };
}

function priorityOf(priority: BigtableAppProfileProps["priority"]): Partial<BigtableAppProfileConfig> {
  if (priority === undefined) return {};
  if (priority === "data-boost") return { dataBoostIsolationReadOnly: { computeBillingOwner: "HOST_PAYS" } };
  return { standardIsolation: { priority: `PRIORITY_${priority.toUpperCase()}` } };
}
