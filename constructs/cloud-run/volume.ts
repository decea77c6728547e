import type { Construct } from "constructs";
import type { Grant } from "../core/grants";
import type { Rule } from "../core/rules";
import { bytesOf, type Size } from "../core/size";
import { kebab } from "../core/text";
import { uses } from "../core/uses";
import type { AnyServiceAccount } from "../iam/service-account";
import type { AnySecret } from "../secret-manager/secret";
import type { AnyBucket } from "../storage/bucket";
import { secretName } from "./env";

interface SecretVolume {
  /** A secret as a file. The workload's account is given the right to read it. */
  readonly secret: AnySecret;
  /** The file's name below the path. @default "value" */
  readonly file?: string;
  /** A number, or "latest", which is read anew whenever the file is. @default "latest" */
  readonly version?: string;
  /** Who may read the file, as of Unix: 0o400. @default 0o444: every user of the container */
  readonly mode?: number;
}

interface BucketVolume {
  /** A bucket as a folder. The workload's account is given the right that `access` says. */
  readonly bucket: AnyBucket;
  /** "read-write": two writers of one file are no good; the last one has it. @default "read" */
  readonly access?: "read" | "read-write";
}

interface MemoryVolume {
  /** So much of the workload's own memory as a folder, empty whenever an instance starts. */
  readonly inMemory: Size;
}

export interface NfsVolume {
  /** A server of the network that `egress` leads into: "10.0.0.2". */
  readonly nfs: string;
  /** What of it. */
  readonly share: `/${string}`;
  /** @default "read-write" */
  readonly access?: "read" | "read-write";
}

/** What is put into a container's file system. The same object in two containers is one volume that they share. */
export type Volume = SecretVolume | BucketVolume | MemoryVolume | NfsVolume;

/** By the path at which a container finds them: `{ "/etc/key": { secret } }`. */
export interface Volumes {
  readonly [path: `/${string}`]: Volume;
}

export interface VolumeProps {
  /** Secrets, buckets, memory and NFS as files and folders, by the paths at which they are found. @default none */
  readonly volumes?: Volumes;
}

/** Cloud Run's own. */
const taken = /^\/(?:dev|proc|sys)(?:\/|$)|^\/+$/;

export const volumeRule: Rule<VolumeProps> = {
  id: "volumes-form",
  reads: ["volumes"],
  page: "https://cloud.google.com/run/docs/configuring/services/cloud-storage-volume-mounts",
  broken: ({ volumes }) => brokenVolumes(volumes),
};

/** What is wrong with a container's volumes; undefined where all is well. */
function brokenVolumes(volumes: Volumes = {}): string | undefined {
  for (const [path, volume] of Object.entries(volumes)) {
    if (taken.test(path) || path.includes(":")) {
      return `volumes has "${path}": a path is below the root, has no ":", and is not in /dev, /proc or /sys`;
    }
    if ("inMemory" in volume && bytesOf(volume.inMemory) === undefined) {
      return `the volume at ${path} is of "${volume.inMemory}": write a number and a unit, as in "64Mi"`;
    }
    if ("secret" in volume) {
      const { mode = 0o444, file = FILE } = volume;
      if (!Number.isInteger(mode) || mode < 1 || mode > 0o777) {
        return `the volume at ${path} has mode ${mode}: Unix has 0o001 to 0o777`;
      }
      if (file.startsWith("/") || file.split("/").includes("..")) {
        return `the volume at ${path} has file "${file}": it is a name below the path`;
      }
    }
  }
  return undefined;
}

const FILE = "value";

/** Only the second generation of Cloud Run's execution environment mounts these. */
export const needsSecondGeneration = (volumes: Volumes = {}): boolean =>
  Object.values(volumes).some((volume) => "bucket" in volume || "nfs" in volume);

/** As the classes for services, jobs and worker pools take it. */
export interface VolumeConfig {
  readonly name: string;
  readonly secret?: { readonly secret: string; readonly items: { path: string; version: string; mode?: number }[] };
  readonly gcs?: { readonly bucket: string; readonly readOnly: boolean };
  readonly nfs?: { readonly server: string; readonly path: string; readonly readOnly: boolean };
  readonly emptyDir?: { readonly medium: string; readonly sizeLimit: string };
}

/** The volumes of all containers of a workload, and the rights that it needs to read them. */
export class VolumeSet {
  readonly grants: Grant[] = [];
  private readonly named = new Map<Volume, VolumeConfig>();

  constructor(
    private readonly owner: Construct,
    private readonly identity: AnyServiceAccount,
  ) {}

  /** Undefined where there is none: a template without volumes has no such block. */
  get config(): VolumeConfig[] | undefined {
    return this.named.size === 0 ? undefined : [...this.named.values()];
  }

  /** Where one container finds its volumes. */
  mount(volumes: Volumes | undefined): { name: string; mountPath: string }[] | undefined {
    const entries = Object.entries(volumes ?? {});
    if (entries.length === 0) return undefined;
    return entries.map(([path, volume]) => ({ name: this.nameOf(volume, path), mountPath: path }));
  }

  private nameOf(volume: Volume, path: string): string {
    const there = this.named.get(volume);
    if (there) return there.name;
    const plain = kebab(path).replace(/^-+|-+$/g, "");
    const names = [...this.named.values()].map(({ name }) => name);
    // "/a/b" and "/a-b" would be called alike.
    const name = names.includes(plain) ? `${plain}-${names.length + 1}` : plain;
    this.named.set(volume, { name, ...this.source(volume, path) });
    return name;
  }

  private source(volume: Volume, path: string): Omit<VolumeConfig, "name"> {
    const where = `volume ${path}`;
    const { member } = this.identity;
    if ("secret" in volume) {
      const { secret, file = FILE, version = "latest", mode } = volume;
      uses.tell(this.owner, { member, where, text: secret.fullName });
      this.grants.push(secret.grantRead(this.identity, { why: `has it as a file (${path}/${file})` }));
      return { secret: { secret: secretName(this.owner, secret), items: [{ path: file, version, mode }] } };
    }
    if ("bucket" in volume) {
      const { bucket, access = "read" } = volume;
      const why = { why: `has it as a folder (${path})` };
      uses.tell(this.owner, { member, where, text: bucket.name });
      this.grants.push(
        access === "read" ? bucket.grantRead(this.identity, why) : bucket.grantReadWrite(this.identity, why),
      );
      return { gcs: { bucket: bucket.name, readOnly: access === "read" } };
    }
    if ("nfs" in volume) {
      return { nfs: { server: volume.nfs, path: volume.share, readOnly: volume.access === "read" } };
    }
    return { emptyDir: { medium: "MEMORY", sizeLimit: volume.inMemory } };
  }
}
