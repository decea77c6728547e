import { ArtifactRegistry, type AnyArtifactRegistry } from "../artifact-registry/artifact-registry";
import type { EncryptionKey } from "../core/encryption";
import { shortened } from "../core/names";
import { settled } from "../core/propagation";
import { serviceAgent } from "../core/service-agents";
import { Site } from "../core/site";
import { kebab } from "../core/text";
import type { Waits } from "../core/waits";
import { grantOnProject } from "../iam/project-grant";
import { ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import { Bucket, type AnyBucket } from "../storage/bucket";
import type { Construct } from "constructs";

export interface FunctionBuild {
  /**
   * The account that builds it: it writes logs, reads what Google copied of the source, and writes the image.
   * @default one for all functions of the stack
   */
  readonly identity?: AnyServiceAccount;
  /** Where its image goes. @default a repository for all functions of the stack */
  readonly repository?: AnyArtifactRegistry;
  /** Where its source is uploaded. @default a bucket for all functions of the stack */
  readonly sources?: AnyBucket;
  /** What the build is told. @default none */
  readonly env?: { readonly [name: string]: string };
  /** A private pool of Cloud Build: projects/P/locations/L/workerPools/W. @default Google's machines */
  readonly workerPool?: `projects/${string}`;
}

/** What builds a function. */
export interface Builder {
  readonly identity: AnyServiceAccount;
  readonly repository: AnyArtifactRegistry;
  readonly sources: () => AnyBucket;
  /** What Google checks when a build begins. */
  readonly waits: Waits;
}

/**
 * What functions are built with. One of each does for all functions of a stack: they differ in what they may do when
 * they run, not when they are built. Functions with a key of their own have their own, as everything of them is
 * encrypted with it.
 */
export function builderOf(owner: Construct, build: FunctionBuild, encryptionKey: EncryptionKey | undefined): Builder {
  const site = Site.of(owner);
  const suffix = encryptionKey === undefined ? "" : `-${encryptionKey.key}`;
  const name = (longest: number): string => shortened(`functions-${kebab(site.stack.node.id)}${suffix}`, longest);
  const identity =
    build.identity ??
    site.once(
      "builder of functions",
      () =>
        new ServiceAccount(site.stack, "function-builder", {
          name: shortened(`build-${kebab(site.stack.node.id)}`, 30),
        }),
    );
  const repository =
    build.repository ??
    site.once(
      `images of functions${suffix}`,
      () =>
        new ArtifactRegistry(site.stack, `function-images${suffix}`, {
          name: name(50),
          description: "images of functions, which Cloud Functions builds",
          encryptionKey,
          // Each deployment makes one, and a function has no use for old ones.
          deleteOld: { after: "30d", keepRecent: 3 },
        }),
    );
  const sources = (): AnyBucket =>
    build.sources ??
    site.once(
      `sources of functions${suffix}`,
      // With the project before it, a bucket's name has 63 characters.
      () => new Bucket(site.stack, `function-sources${suffix}`, { name: name(20), encryptionKey }),
    );
  const waits = site.once(`build by ${identity.member} into ${repository.url}`, () => {
    const grants = [
      grantOnProject("roles/logging.logWriter", identity, { why: "writes the logs of builds" }),
      repository.grantWrite(identity, { why: "writes the images that it builds" }),
      repository.grant("roles/artifactregistry.admin", serviceAgent(owner, "functions"), {
        why: "tends the images of functions",
      }),
      // Cloud Functions copies the source into a bucket that it makes itself, with the first function.
      grantOnProject("roles/storage.objectViewer", identity, {
        why: "reads what it builds",
        condition: {
          title: "sources of functions",
          expression: 'resource.name.startsWith("projects/_/buckets/gcf-v2-sources-")',
        },
      }),
    ];
    return settled(site.stack, `builds-by-${identity.key}-into-${keyIn(repository.url)}`, () =>
      grants.flatMap((grant) => [...grant.waits()]),
    );
  });
  return { identity, repository, sources, waits };
}

const keyIn = (url: string): string => url.split("/").at(-1) ?? url;
