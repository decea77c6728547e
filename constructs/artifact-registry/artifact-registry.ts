import {
  ArtifactRegistryRepository,
  type ArtifactRegistryRepositoryConfig,
} from "@cdktf/provider-google/lib/artifact-registry-repository";
import { ArtifactRegistryRepositoryIamMember } from "@cdktf/provider-google/lib/artifact-registry-repository-iam-member";
import type { Construct } from "constructs";
import { encryptionOf, type Encrypted } from "../core/encryption";
import { keyOfExisting, type Existing } from "../core/existing";
import { ResourcePolicy, type Policy, type Grant, type Identity, Grantable, type GrantOptions } from "../core/grants";
import { labelsRule } from "../core/labels";
import { limits } from "../core/limits";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { reference } from "../core/reference";
import { guarded } from "../core/removal";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { cleanupPolicies, cleanupRules, type CleanupProps } from "./cleanup";

const { matches } = limits("Artifact Registry");

/** A repository of container images, or of packages, wherever it was made. */
export abstract class AnyArtifactRegistry extends Grantable {
  /** region-docker.pkg.dev/project/name: what stands before an image's name. */
  abstract readonly url: string;
  abstract readonly project: string;
  /** projects/P/locations/L/repositories/R: a reference to the repository, so whoever names it comes after it. */
  abstract readonly path: string;

  /** May pull images: roles/artifactregistry.reader. */
  grantRead(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/artifactregistry.reader", to, options);
  }

  /** May push images: roles/artifactregistry.writer. */
  grantWrite(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/artifactregistry.writer", to, options);
  }
}

type Format = "docker" | "npm" | "python" | "maven" | "go" | "apt" | "yum" | "generic";

export interface ArtifactRegistryProps extends CleanupProps, Encrypted, Overridable<ArtifactRegistryRepositoryConfig> {
  /** @default the construct's id */
  readonly name?: string;
  /** @default none */
  readonly description?: string;
  /**
   * What it holds. Another format is another repository: this one goes, with all that is in it.
   * @default "docker": images, for what runs here
   */
  readonly format?: Format;
  /**
   * A tag stays where it was put: nobody can move it to another image, or take it away. Images only.
   * @default false: what is deployed is named by its digest, which nobody can move
   */
  readonly immutableTags?: boolean;
  /**
   * Whether images are searched for known faults, where the project has the Container Scanning API enabled. It is paid
   * for by the image.
   * @default "as the project says"
   */
  readonly scanning?: "as the project says" | "off";
  /** @default the stack's labels */
  readonly labels?: { readonly [name: string]: string };
}

const rules: Rules<ArtifactRegistryProps> = [
  matches(
    "name",
    /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "takes 1 to 63 lower-case letters, digits and hyphens, a letter first",
    "https://cloud.google.com/artifact-registry/docs/repositories/create-repos",
  ),
  labelsRule,
  ...cleanupRules,
  {
    id: "immutableTags-format",
    reads: ["immutableTags", "format"],
    page: "https://cloud.google.com/artifact-registry/docs/repositories/create-repos#docker",
    broken: ({ immutableTags, format = "docker" }) =>
      immutableTags === true && format !== "docker"
        ? `immutableTags is true in a repository of format "${format}": only images ("docker") have tags that can stay`
        : undefined,
  },
];

/**
 * A repository of container images, or of packages. Where the stage keeps data, it cannot be destroyed by accident. One
 * that mirrors another (remote) or stands before several (virtual), and Maven's policies, are left to `overrides`: mode,
 * remoteRepositoryConfig, virtualRepositoryConfig, mavenConfig.
 * @throws InvalidProps
 * @see https://cloud.google.com/artifact-registry/docs/repositories
 */
export class ArtifactRegistry extends AnyArtifactRegistry {
  readonly resource: ArtifactRegistryRepository;
  readonly url: string;
  readonly project: string;
  readonly path: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: ArtifactRegistryProps = {}) {
    super(scope, id);
    const key = props.name ?? id;
    const name = physicalName(this, key);
    check(this, { ...props, name }, rules);
    const { project, region } = Site.of(this).settings;
    const { format = "docker" } = props;
    const encryption = encryptionOf(this, ["artifact-registry"], props);
    this.resource = make(
      this,
      "resource",
      ArtifactRegistryRepository,
      key,
      {
        repositoryId: name,
        location: region,
        format: format.toUpperCase(),
        description: props.description,
        labels: props.labels,
        kmsKeyName: encryption.key,
        dockerConfig: props.immutableTags === undefined ? undefined : { immutableTags: props.immutableTags },
        cleanupPolicies: cleanupPolicies(props),
        cleanupPolicyDryRun: props.cleanupDryRun,
        vulnerabilityScanningConfig: props.scanning && {
          enablementConfig: props.scanning === "off" ? "DISABLED" : "INHERITED",
        },
        lifecycle: guarded(this),
        ...props.overrides,
      },
      encryption.waits,
    );
    this.project = project;
    this.url = `${region}-${format}.pkg.dev/${project}/${name}`;
    this.path = reference(this.resource, "id", `projects/${project}/locations/${region}/repositories/${name}`);
    this.policy = new ResourcePolicy(this, {
      key,
      fullName: this.url,
      tier: "data",
      member: ArtifactRegistryRepositoryIamMember,
      on: { project, location: region, repository: reference(this.resource, "repository_id", name) },
      resource: this.resource,
    });
  }

  /** A repository that is there already. */
  static fromName(scope: Construct, id: string, from: ExistingArtifactRegistryProps): AnyArtifactRegistry {
    return new ExistingArtifactRegistry(scope, id, from);
  }

  /**
   * The repository that an image's reference names.
   * @returns undefined where the reference is not one of Artifact Registry's
   */
  static ofImage(scope: Construct, id: string, image: string): AnyArtifactRegistry | undefined {
    const [, region, project, name] = /^([a-z0-9-]+)-docker\.pkg\.dev\/([^/]+)\/([^/]+)/.exec(image) ?? [];
    return name === undefined ? undefined : new ExistingArtifactRegistry(scope, id, { name, project, region });
  }
}

export interface ExistingArtifactRegistryProps extends Existing {
  /** A region or a multi-region: "europe-west1", "eu". @default the stack's */
  readonly region?: string;
}

class ExistingArtifactRegistry extends AnyArtifactRegistry {
  readonly url: string;
  readonly project: string;
  readonly path: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: ExistingArtifactRegistryProps) {
    super(scope, id);
    const { settings } = Site.of(this);
    const { name, project = settings.project, region = settings.region, grants } = from;
    this.project = project;
    this.url = `${region}-docker.pkg.dev/${project}/${name}`;
    this.path = `projects/${project}/locations/${region}/repositories/${name}`;
    this.policy = new ResourcePolicy(this, {
      fullName: this.url,
      key: keyOfExisting(from, settings.project),
      tier: "data",
      member: ArtifactRegistryRepositoryIamMember,
      on: { project, location: region, repository: name },
      grants,
    });
  }
}
