import { ArtifactRegistryRepository } from "@cdktf/provider-google/lib/artifact-registry-repository";
import { ArtifactRegistryRepositoryIamMember } from "@cdktf/provider-google/lib/artifact-registry-repository-iam-member";
import { Construct } from "constructs";
import { seconds, type Duration } from "../../pipeline/duration";
import { encryptionOf } from "../core/encryption";
import { ResourcePolicy, type Policy, type Grant, type Identity } from "../core/grants";
import { limits } from "../core/limits";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";

const { lasts, matches } = limits("Artifact Registry");

/** A repository of container images wherever it was made. */
export abstract class AnyArtifactRegistry extends Construct {
  /** region-docker.pkg.dev/project/name: what stands before an image's name. */
  abstract readonly url: string;
  abstract readonly project: string;
  protected abstract readonly policy: Policy;

  /** May pull images: roles/artifactregistry.reader. */
  grantRead(to: Identity): Grant {
    return this.policy.grant("roles/artifactregistry.reader", to);
  }

  /** May push images: roles/artifactregistry.writer. */
  grantWrite(to: Identity): Grant {
    return this.policy.grant("roles/artifactregistry.writer", to);
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
    this.policy = policyOf(key, { project, location: region, repository: name }, this.resource);
  }

  /**
   * The repository that an image's reference names.
   * @returns undefined where the reference is not one of Artifact Registry's
   */
  static ofImage(scope: Construct, id: string, reference: string): AnyArtifactRegistry | undefined {
    const [url, location, project, repository] =
      /^([a-z0-9-]+)-docker\.pkg\.dev\/([^/]+)\/([^/]+)/.exec(reference) ?? [];
    if (url === undefined || location === undefined || project === undefined || repository === undefined)
      return undefined;
    return new ExistingArtifactRegistry(scope, id, url, { location, project, repository });
  }
}

interface Place {
  readonly project: string;
  readonly location: string;
  readonly repository: string;
}

class ExistingArtifactRegistry extends AnyArtifactRegistry {
  readonly project: string;
  protected readonly policy: Policy;

  constructor(
    scope: Construct,
    id: string,
    readonly url: string,
    place: Place,
  ) {
    super(scope, id);
    this.project = place.project;
    const ours = place.project === Site.of(this).settings.project;
    this.policy = policyOf(ours ? place.repository : `${place.project}-${place.repository}`, place);
  }
}

const policyOf = (key: string, on: Place, resource?: ArtifactRegistryRepository): Policy =>
  new ResourcePolicy({ key, tier: "data", member: ArtifactRegistryRepositoryIamMember, on, resource });
