import { ArtifactRegistryRepository } from "@cdktf/provider-google/lib/artifact-registry-repository";
import { ArtifactRegistryRepositoryIamMember } from "@cdktf/provider-google/lib/artifact-registry-repository-iam-member";
import type { Construct } from "constructs";
import { seconds, type Duration } from "../../pipeline/duration";
import { encryptionOf } from "../core/encryption";
import { ResourcePolicy, type Policy, type Grant, type Identity, Grantable, type GrantOptions } from "../core/grants";
import { limits } from "../core/limits";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { reference } from "../core/reference";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";

const { lasts, matches } = limits("Artifact Registry");

/** A repository of container images wherever it was made. */
export abstract class AnyArtifactRegistry extends Grantable {
  /** region-docker.pkg.dev/project/name: what stands before an image's name. */
  abstract readonly url: string;
  abstract readonly project: string;

  /** May pull images: roles/artifactregistry.reader. */
  grantRead(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/artifactregistry.reader", to, options);
  }

  /** May push images: roles/artifactregistry.writer. */
  grantWrite(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/artifactregistry.writer", to, options);
  }
}

export interface ArtifactRegistryProps {
  /** @default the construct's id */
  readonly name?: string;
  /** @default none */
  readonly description?: string;
  /**
   * Deletes images without a tag that are so old. What is deployed by digest has its tag as long as nobody moves it.
   * @default nothing is deleted: an old revision can always be started again
   */
  readonly deleteUntaggedAfter?: Duration;
}

const rules: Rules<ArtifactRegistryProps> = [
  matches(
    "name",
    /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "takes 1 to 63 lower-case letters, digits and hyphens, a letter first",
    "https://cloud.google.com/artifact-registry/docs/repositories/create-repos",
  ),
  lasts(
    "deleteUntaggedAfter",
    "1d",
    "3650d",
    "https://cloud.google.com/artifact-registry/docs/repositories/cleanup-policy",
  ),
];

/**
 * A repository of container images.
 * @throws InvalidProps
 */
export class ArtifactRegistry extends AnyArtifactRegistry {
  readonly resource: ArtifactRegistryRepository;
  readonly url: string;
  readonly project: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: ArtifactRegistryProps = {}) {
    super(scope, id);
    const key = props.name ?? id;
    check(this, { ...props, name: key }, rules);
    const { project, region } = Site.of(this).settings;
    const name = physicalName(this, key);
    const encryption = encryptionOf(this, ["artifact-registry"]);
    const { deleteUntaggedAfter } = props;
    this.resource = make(
      this,
      "resource",
      ArtifactRegistryRepository,
      key,
      {
        repositoryId: name,
        location: region,
        format: "DOCKER",
        description: props.description,
        kmsKeyName: encryption.key,
        cleanupPolicies: deleteUntaggedAfter && [
          {
            id: "untagged",
            action: "DELETE",
            condition: { tagState: "UNTAGGED", olderThan: seconds(deleteUntaggedAfter) },
          },
        ],
      },
      encryption.waits,
    );
    this.project = project;
    this.url = `${region}-docker.pkg.dev/${project}/${name}`;
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

export interface ExistingArtifactRegistryProps {
  readonly name: string;
  /** @default the stack's */
  readonly project?: string;
  /** A region or a multi-region: "europe-west1", "eu". @default the stack's */
  readonly region?: string;
  /** "assume": whoever owns it gives the rights. @default "manage" */
  readonly grants?: "manage" | "assume";
}

class ExistingArtifactRegistry extends AnyArtifactRegistry {
  readonly url: string;
  readonly project: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: ExistingArtifactRegistryProps) {
    super(scope, id);
    const { settings } = Site.of(this);
    const { name, project = settings.project, region = settings.region, grants } = from;
    this.project = project;
    this.url = `${region}-docker.pkg.dev/${project}/${name}`;
    this.policy = new ResourcePolicy(this, {
      fullName: this.url,
      key: project === settings.project ? name : `${project}-${name}`,
      tier: "data",
      member: ArtifactRegistryRepositoryIamMember,
      on: { project, location: region, repository: name },
      grants,
    });
  }
}
