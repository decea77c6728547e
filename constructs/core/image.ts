import { existsSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import type { Construct, IConstruct } from "constructs";
import { hashOf, packageRoot } from "./image-folder";
import { LOCK_FILE, readLock } from "./image-lock";
import { Site } from "./site";
import { warn } from "./warn";

export interface FolderImageOptions {
  /** @default the folder's name */
  readonly name?: string;
  /** Other folders and files that the image is built from, and whose change changes it. */
  readonly builtFrom?: readonly string[];
  /** The npm package that ships the folder, where it is not the app's own. */
  readonly package?: string;
}

/** What a container runs. */
export abstract class ContainerImage {
  /**
   * The image as a container of this construct names it.
   * @returns registry/name@sha256:... or registry/name:tag
   */
  abstract bind(scope: Construct): string;

  /** An image that is there. Name it by digest: a tag can be moved, and nothing would be deployed. */
  static fromRegistry(reference: string): ContainerImage {
    return new RegistryImage(reference);
  }

  /**
   * An image built from a folder with a Dockerfile and a package.json whose `main` is what runs. On a laptop the folder
   * itself is run; in the cloud, what `journey images push` made of this very content.
   * @param folder absolute, or relative to the folder of cdktf.json
   */
  static fromFolder(folder: string, options: FolderImageOptions = {}): ContainerImage {
    return new FolderImage(resolve(folder), options);
  }
}

class RegistryImage extends ContainerImage {
  constructor(private readonly reference: string) {
    super();
  }

  override bind(): string {
    return this.reference;
  }
}

class FolderImage extends ContainerImage {
  constructor(
    private readonly folder: string,
    private readonly options: FolderImageOptions,
  ) {
    super();
  }

  override bind(scope: Construct): string {
    const { folder, options } = this;
    const { name = basename(folder), builtFrom = [] } = options;
    if (!existsSync(join(folder, "package.json"))) {
      throw new Error(`${scope.node.path}: image ${name}: ${folder} has no package.json, whose "main" is what runs`);
    }
    const site = Site.of(scope);
    const source = hashOf([folder, ...builtFrom.map((path) => resolve(path))], hashesOf(scope.node.root));
    const repository = `${site.settings.registry}/${name}`;
    const pushed = readLock(resolve(LOCK_FILE))[repository];
    const current = pushed?.source === source;
    if (!current) {
      const what = pushed ? "has changed since it was pushed" : "was never pushed";
      warn(scope, `image ${name} ${what} to ${site.settings.registry}: run \`journey images push\` before you deploy`);
    }
    const reference = current ? `${repository}@${pushed.digest}` : `${repository}:${source}`;
    site.metadata.image(reference, { name, source, ...this.location() });
    return reference;
  }

  private location(): { readonly folder: string; readonly package?: string } {
    const { package: name } = this.options;
    const root = name === undefined ? process.cwd() : packageRoot(this.folder, name);
    const folder = relative(root, this.folder).split(sep).join("/");
    return name === undefined ? { folder } : { folder, package: name };
  }
}

/** A folder is read once in an app, however many stages there are. */
function hashesOf(root: IConstruct): Map<string, string> {
  const known = hashes.get(root) ?? new Map<string, string>();
  hashes.set(root, known);
  return known;
}

const hashes = new WeakMap<IConstruct, Map<string, string>>();
