import type { BigtableInstanceConfig } from "@cdktf/provider-google/lib/bigtable-instance";
import type { Encrypted } from "../core/encryption";
import { labelsRule, type Labels } from "../core/labels";
import { limits } from "../core/limits";
import type { Overridable } from "../core/overridable";
import type { Rules } from "../core/rules";

/** Nodes that come and go with the work, within limits. */
export interface Autoscaling {
  /** 1 or more. */
  readonly minimum: number;
  /** At most ten times the minimum. */
  readonly maximum: number;
  /** The part of a node's processor that is used, in percent: 10 to 80. @default 60 */
  readonly cpu?: number;
  /** What a node stores, in GB: 2560 to 5120 on SSD, 8192 to 16384 on HDD. @default the least, as Google does */
  readonly storage?: number;
}

/** Nodes in one zone, with a copy of all data. */
export interface ClusterProps extends Encrypted {
  /** It cannot be changed. @default the stack's region's zone "b", which nearly each region has: "europe-west1-b" */
  readonly zone?: string;
  /**
   * How many, or between what. Each is paid for by the hour, with work or without.
   * @default 1
   */
  readonly nodes?: number | Autoscaling;
}

/** A development instance is what one with a single node is today; nodes of twice the size are left to `overrides`. */
export interface BigtableInstanceProps extends Encrypted, Overridable<BigtableInstanceConfig> {
  /** It cannot be changed. @default the construct's id */
  readonly name?: string;
  /** @default the name */
  readonly displayName?: string;
  /**
   * By their ids, of 6 to 30 characters; with more than one, each write reaches all of them after a while.
   * @default one, <name>-c1
   */
  readonly clusters?: { readonly [id: string]: ClusterProps };
  /**
   * "hdd" is cheaper and slower by far, for 10 TB and more that is read rarely. It cannot be changed.
   * @default "ssd"
   */
  readonly storage?: "ssd" | "hdd";
  /** @default the stack's labels */
  readonly labels?: Labels;
}

/** The props, and what their defaults come to. */
export interface Checked extends BigtableInstanceProps {
  readonly all: { readonly [id: string]: ClusterProps & { readonly zone: string; readonly keyId: string | undefined } };
}

const instances = "https://cloud.google.com/bigtable/docs/reference/admin/rest/v2/projects.instances/create";
const scaling = "https://cloud.google.com/bigtable/docs/autoscaling#parameters";
const REGIONS = 8;

export const nameRule = limits("Bigtable").matches(
  "name",
  /^[a-z][a-z0-9-]{4,31}[a-z0-9]$/,
  'takes 6 to 33 lower-case letters, digits and "-", a letter first and a letter or digit last',
  instances,
);

/** "europe-west1" of "europe-west1-b". */
export const regionOf = (zone: string): string => zone.slice(0, zone.lastIndexOf("-"));

export const instanceRules: Rules<Checked> = [
  nameRule,
  labelsRule,
  {
    id: "clusters-names",
    reads: ["all"],
    page: instances,
    broken({ all }) {
      const ids = Object.keys(all);
      if (ids.length === 0) return "clusters is empty: data would have nowhere to be. Leave clusters away to have one";
      const wrong = ids.find((id) => !/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(id));
      return (
        wrong && `clusters has "${wrong}": Bigtable takes 6 to 30 lower-case letters, digits and "-", a letter first`
      );
    },
  },
  {
    id: "clusters-zones",
    reads: ["all"],
    page: "https://cloud.google.com/bigtable/docs/locations",
    broken({ all }) {
      const zones = Object.values(all).map(({ zone }) => zone);
      const wrong = zones.find((zone) => !/^[a-z]+(-[a-z]+)+\d+-[a-z]$/.test(zone));
      if (wrong !== undefined) return `clusters is in zone "${wrong}": Bigtable has zones such as "europe-west1-b"`;
      const twice = zones.find((zone, index) => zones.indexOf(zone) < index);
      if (twice !== undefined) return `clusters has two in ${twice}: each needs a zone of its own`;
      const regions = new Set(zones.map(regionOf)).size;
      return regions > REGIONS ? `clusters is in ${regions} regions: Bigtable takes ${REGIONS}` : undefined;
    },
  },
  {
    id: "clusters-nodes",
    reads: ["all"],
    page: scaling,
    broken({ all, storage }) {
      for (const [id, { nodes = 1 }] of Object.entries(all)) {
        const fault = typeof nodes === "number" ? nodesFault(nodes) : scalingFault(nodes, storage);
        if (fault !== undefined) return `clusters.${id}.nodes${fault}`;
      }
      return undefined;
    },
  },
  {
    id: "clusters-keys",
    reads: ["all"],
    page: "https://cloud.google.com/bigtable/docs/cmek",
    broken({ all }) {
      const keys = Object.entries(all).map(([id, { keyId, zone }]) => ({ id, zone, place: keyId?.split("/")[3] }));
      if (new Set(keys.map(({ place }) => place === undefined)).size > 1) {
        return "clusters have keys and have none: all have one, or none";
      }
      const far = keys.find(({ zone, place }) => place !== undefined && place !== regionOf(zone));
      return (
        far &&
        `clusters.${far.id} is in ${regionOf(far.zone)} and its key in ${far.place}: what is encrypted needs a key where it is. Give it encryptionKey`
      );
    },
  },
];

const nodesFault = (nodes: number): string | undefined =>
  Number.isInteger(nodes) && nodes >= 1 ? undefined : ` is ${nodes}: Bigtable takes 1 or more`;

const storages = { ssd: [2_560, 5_120], hdd: [8_192, 16_384] } as const;

function scalingFault(
  { minimum, maximum, cpu = 60, storage }: Autoscaling,
  kind: "ssd" | "hdd" = "ssd",
): string | undefined {
  const least = nodesFault(minimum);
  if (least !== undefined) return `.minimum${least}`;
  if (!Number.isInteger(maximum) || maximum < minimum || maximum > minimum * 10) {
    return `.maximum is ${maximum}: Bigtable takes the minimum, ${minimum}, up to ten times as many`;
  }
  if (!(cpu >= 10 && cpu <= 80)) return `.cpu is ${cpu}: Bigtable takes 10 to 80 percent`;
  const [low, high] = storages[kind];
  if (storage === undefined || (Number.isInteger(storage) && storage >= low && storage <= high)) return undefined;
  return `.storage is ${storage}: Bigtable takes ${low} to ${high} GB a node on ${kind.toUpperCase()}`;
}
