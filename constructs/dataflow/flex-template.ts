import { Construct } from "constructs";
import type { AnyArtifactRegistry } from "../artifact-registry/artifact-registry";
import { imageRegistry } from "../artifact-registry/image-registry";
import { contentHash } from "../core/content";
import type { Grant, GrantOptions, Identity } from "../core/grants";
import type { ContainerImage } from "../core/image";
import type { Rules } from "../core/rules";
import { check } from "../core/rules";
import type { AnyBucket } from "../storage/bucket";
import { BucketObject } from "../storage/bucket-object";

/** What a job of the template can be told. */
export interface TemplateParameter {
  readonly name: string;
  readonly label: string;
  readonly helpText: string;
  /** @default false */
  readonly isOptional?: boolean;
  /** What its value must match. */
  readonly regexes?: readonly string[];
}

export interface FlexTemplateProps {
  readonly image: ContainerImage;
  readonly bucket: AnyBucket;
  /** The template's object in the bucket: "templates/clicks.json". */
  readonly object: string;
  /** As the console shows it. @default the construct's id */
  readonly name?: string;
  /** @default none */
  readonly description?: string;
  /** Which SDK the image carries. */
  readonly language: "JAVA" | "PYTHON" | "GO";
  /** @default false: it ends by itself */
  readonly streaming?: boolean;
  readonly parameters: readonly TemplateParameter[];
}

const rules: Rules<FlexTemplateProps> = [
  {
    id: "parameter-names",
    reads: ["parameters"],
    page: "https://cloud.google.com/dataflow/docs/guides/templates/using-flex-templates#metadataparameters",
    broken({ parameters }) {
      const names = parameters.map(({ name }) => name);
      const twice = names.find((name, index) => names.indexOf(name) !== index);
      return twice === undefined ? undefined : `parameters has "${twice}" twice`;
    },
  },
];

/**
 * The file that tells Dataflow which image starts a job and what the job can be told.
 * @throws InvalidProps
 * @see https://cloud.google.com/dataflow/docs/guides/templates/using-flex-templates
 */
export class FlexTemplate extends Construct {
  /** gs://bucket/object */
  readonly path: string;
  /** Changes with the template, whose path does not: a job is told it as a parameter, and starts anew. */
  readonly version: string;
  readonly object: BucketObject;
  private readonly registry: AnyArtifactRegistry | undefined;

  constructor(scope: Construct, id: string, props: FlexTemplateProps) {
    super(scope, id);
    check(this, props, rules);
    const { name = id, description, streaming = false, language, parameters } = props;
    const image = props.image.bind(this);
    this.registry = imageRegistry(this, "registry", image);
    const content = JSON.stringify(
      {
        image,
        sdkInfo: { language },
        metadata: { name, description, streaming, parameters },
      },
      undefined,
      2,
    );
    this.version = contentHash(this, content);
    this.object = new BucketObject(this, "object", { bucket: props.bucket, name: props.object, content });
    this.path = this.object.url;
  }

  /** May pull the image: who starts a job of the template does. Nothing where the image is somebody else's. */
  grantPull(to: Identity, options?: GrantOptions): Grant | undefined {
    return this.registry?.grantRead(to, options);
  }
}
