import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { StorageBucketObject } from "@cdktf/provider-google/lib/storage-bucket-object";
import { App, AssetType, TerraformAsset } from "cdktf";
import type { Construct, IConstruct } from "constructs";
import { packageRoot } from "../core/image-folder";
import { make } from "../core/make";
import { reference } from "../core/reference";
import { Site } from "../core/site";
import type { AnyBucket } from "../storage/bucket";
import { bundleFunction, UnusableSource, type BundleRequest, type FunctionBundle } from "./bundle";

export interface FolderSourceOptions {
  /** What of the folder has the function, with or without its ending. @default "index" */
  readonly main?: string;
  /** Files that are read as it runs, relative to the folder: they lie beside it, under the same names. @default none */
  readonly files?: readonly string[];
  /** The npm package that ships the folder, where it is not the app's own. */
  readonly package?: string;
}

/** What a function asks of its source. */
export type SourceRequest = Pick<BundleRequest, "entryPoint" | "runtime">;

/** Where an archive lies. */
export interface Archive {
  readonly bucket: string;
  readonly object: string;
}

/** Where a function comes from that a folder has: what the local cloud runs. */
export interface SourceFolder {
  /** Relative to the package's root where `package` is given, else to the folder of cdktf.json. With "/". */
  readonly folder: string;
  readonly package?: string;
  readonly main: string;
  /** A hash of all that is deployed. */
  readonly source: string;
}

/** What a function runs. */
export abstract class FunctionSource {
  /** Why nothing can be made of it; undefined where something can. */
  abstract problem(owner: Construct, request: SourceRequest): string | undefined;

  /** Where it comes from, if that is a folder. */
  abstract folder(owner: Construct, request: SourceRequest): SourceFolder | undefined;

  /** @param bucket where what is uploaded goes */
  abstract bind(owner: Construct, key: string, bucket: () => AnyBucket, request: SourceRequest): Archive;

  /**
   * A folder of TypeScript or JavaScript. All that it imports is bundled into one file when the stack is synthesized, and
   * what runs in the cloud is these very bytes: nothing is installed there. Packages with native code cannot be bundled;
   * they are for a Cloud Run service.
   * @param folder absolute, or relative to the folder of cdktf.json
   */
  static fromFolder(folder: string, options: FolderSourceOptions = {}): FunctionSource {
    return new FolderSource(resolve(folder), options);
  }

  /** An archive (zip) that somebody else uploaded, of any language. Name it by its content: else a new one changes nothing. */
  static fromArchive(bucket: AnyBucket, object: string): FunctionSource {
    return new ArchiveSource(bucket, object);
  }
}

class ArchiveSource extends FunctionSource {
  constructor(
    private readonly bucket: AnyBucket,
    private readonly object: string,
  ) {
    super();
  }

  override problem(): undefined {
    return undefined;
  }

  override folder(): undefined {
    return undefined;
  }

  override bind(): Archive {
    return { bucket: this.bucket.name, object: this.object };
  }
}

class FolderSource extends FunctionSource {
  constructor(
    private readonly path: string,
    private readonly options: FolderSourceOptions,
  ) {
    super();
  }

  override problem(owner: Construct, request: SourceRequest): string | undefined {
    try {
      this.bundle(owner, request);
      return undefined;
    } catch (error) {
      if (error instanceof UnusableSource) return error.message;
      throw error;
    }
  }

  override folder(owner: Construct, request: SourceRequest): SourceFolder {
    const { package: name, main = MAIN } = this.options;
    const root = name === undefined ? process.cwd() : packageRoot(this.path, name);
    const folder = relative(root, this.path).split(sep).join("/");
    const { hash } = this.bundle(owner, request);
    return { folder, ...(name !== undefined && { package: name }), main, source: hash };
  }

  override bind(owner: Construct, key: string, bucketFor: () => AnyBucket, request: SourceRequest): Archive {
    const { archive, hash } = this.bundle(owner, request);
    const bucket = bucketFor();
    const name = `${key}-${hash}.zip`;
    // Neither the address nor the file's place has the hash: a new content is a change, not another resource.
    const object = make(owner, "source", StorageBucketObject, `${bucket.key}-${key}.zip`, {
      bucket: bucket.name,
      name,
      source: `\${path.module}/${fileOf(owner, key, archive)}`,
      contentType: "application/zip",
    });
    return { bucket: bucket.name, object: reference(object, "name", name) };
  }

  private bundle(owner: Construct, { entryPoint, runtime }: SourceRequest): FunctionBundle {
    const { main = MAIN, files = [] } = this.options;
    const request: BundleRequest = { folder: this.path, main, files, entryPoint, runtime };
    const known = bundlesOf(owner.node.root);
    const name = JSON.stringify(request);
    const bundle = known.get(name) ?? bundleFunction(request);
    known.set(name, bundle);
    return bundle;
  }
}

const MAIN = "index";

/** A folder is bundled once in an app, however many stages there are. */
function bundlesOf(root: IConstruct): Map<string, FunctionBundle> {
  const known = bundles.get(root) ?? new Map<string, FunctionBundle>();
  bundles.set(root, known);
  return known;
}

const bundles = new WeakMap<IConstruct, Map<string, FunctionBundle>>();

/** Where the archive lies beside the stack, once that is synthesized. */
function fileOf(owner: Construct, key: string, archive: Uint8Array): string {
  const { stack } = Site.of(owner);
  const file = join(App.of(owner).outdir, "functions", stack.node.path.replaceAll("/", "-"), `${key}.zip`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, archive);
  // Below the stack, so that code that moves makes no other path.
  const asset = new TerraformAsset(stack, `function ${key}`, {
    path: resolve(file),
    type: AssetType.FILE,
    assetHash: "source",
  });
  return asset.path;
}
