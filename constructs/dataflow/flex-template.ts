import { Construct } from "constructs";
import type { AnyArtifactRegistry } from "../artifact-registry/artifact-registry";
import { imageRegistry } from "../artifact-registry/image-registry";
import { contentHash } from "../core/content";
import type { Grant, GrantOptions, Identity } from "../core/grants";
import type { ContainerImage } from "../core/image";
import { check, type Rules } from "../core/rules";
import type { AnyBucket } from "../storage/bucket";
import { BucketObject } from "../storage/bucket-object";
import type { BoundTemplate, Template, TemplateLanguage, TemplateMode, TemplateUse } from "./template";
import { optionsOf, parameterMetadata, type TemplateParameter } from "./template-parameter";

export interface FlexTemplateProps<Mode extends TemplateMode = TemplateMode> {
  readonly image: ContainerImage;
  readonly bucket: AnyBucket;
  /** The template's object in the bucket: "templates/clicks.json". */
  readonly object: string;
  /** As the console shows it. @default the construct's id */
  readonly name?: string;
  /** @default none */
  readonly description?: string;
  /** What the image carries. */
  readonly sdk: {
    readonly language: TemplateLanguage;
    /** Of Apache Beam: "2.66.0". The console shows it. @default not said */
    readonly version?: string;
  };
  /** "streaming": a {@link FlexTemplateJob} of it runs for good. "batch": a {@link DataflowLaunch} runs it by the clock. */
  readonly mode: Mode;
  /**
   * Which guarantees a streaming job of it can run with; the console offers them, the first one first.
   * @default not said: exactly once, as Dataflow does
   * @see https://cloud.google.com/dataflow/docs/guides/streaming-modes
   */
  readonly guarantees?: readonly ("exactly-once" | "at-least-once")[];
  /** What a job of it can be told. */
  readonly parameters: readonly TemplateParameter[];
}

const metadata = "https://cloud.google.com/dataflow/docs/guides/templates/using-flex-templates#metadataparameters";

const rules: Rules<FlexTemplateProps> = [
  {
    id: "parameters-twice",
    reads: ["parameters"],
    page: metadata,
    broken({ parameters }) {
      const names = parameters.map(({ name }) => name);
      const twice = names.find((name, index) => names.indexOf(name) !== index);
      return twice === undefined ? undefined : `parameters has "${twice}" twice`;
    },
  },
  {
    id: "parameters-options",
    reads: ["parameters"],
    page: metadata,
    broken({ parameters }) {
      for (const parameter of parameters) {
        const options = optionsOf(parameter);
        if (options?.length === 0) return `parameters.${parameter.name} has no options: nothing could be chosen`;
        const value = parameter.default;
        if (value !== undefined && options?.includes(value) === false) {
          return `parameters.${parameter.name}.default is "${value}", which is none of its options: ${options.join(", ")}`;
        }
      }
      return undefined;
    },
  },
  {
    id: "parameters-shown",
    reads: ["parameters"],
    page: metadata,
    broken({ parameters }) {
      const names = new Set(parameters.map(({ name }) => name));
      const lost = parameters.find(({ shownWith }) => shownWith && !names.has(shownWith.parameter));
      return (
        lost &&
        `parameters.${lost.name} is shown with "${lost.shownWith?.parameter}", which is no parameter: nobody would see it`
      );
    },
  },
  {
    id: "guarantees-mode",
    reads: ["guarantees", "mode"],
    page: "https://cloud.google.com/dataflow/docs/guides/streaming-modes",
    broken: ({ guarantees, mode }) =>
      guarantees !== undefined && mode === "batch"
        ? "guarantees is of streaming jobs: a batch job processes each row once. Leave it away"
        : undefined,
  },
];

/**
 * The file that tells Dataflow which image starts a job and what the job can be told.
 *
 * Left away are the credentials of a registry that is not Google's, and default options of jobs: a job says its own.
 * @throws InvalidProps
 * @see https://cloud.google.com/dataflow/docs/guides/templates/using-flex-templates
 */
export class FlexTemplate<Mode extends TemplateMode = TemplateMode>
  extends Construct
  implements Template<"flex", Mode>
{
  readonly kind = "flex";
  readonly mode: Mode;
  readonly language: TemplateLanguage;
  readonly described: readonly TemplateParameter[];
  readonly said = [];
  /** gs://bucket/object */
  readonly path: string;
  /** Changes with the template, whose path does not. */
  readonly version: string;
  readonly object: BucketObject;
  private readonly bucket: AnyBucket;
  private readonly registry: AnyArtifactRegistry | undefined;

  constructor(scope: Construct, id: string, props: FlexTemplateProps<Mode>) {
    super(scope, id);
    check<FlexTemplateProps>(this, props, rules);
    const { name = id, description, mode, sdk, parameters, guarantees } = props;
    this.mode = mode;
    this.language = sdk.language;
    this.described = parameters;
    this.bucket = props.bucket;
    const image = props.image.bind(this);
    this.registry = imageRegistry(this, "registry", image);
    const content = JSON.stringify(
      {
        image,
        sdkInfo: { language: sdk.language.toUpperCase(), version: sdk.version },
        metadata: {
          name,
          description,
          streaming: mode === "streaming",
          ...(guarantees && guaranteed(guarantees)),
          parameters: parameters.map(parameterMetadata),
        },
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

  grantLaunch(to: Identity, options?: GrantOptions): void {
    this.bucket.grantRead(to, options);
  }

  bind(_scope: Construct, { identity }: TemplateUse): BoundTemplate {
    this.grantPull(identity, { why: "pulls the image of the job" });
    return {
      path: this.path,
      parameters: {},
      names: this.registry === undefined ? [] : [this.registry.url],
      version: this.version,
      waits: this.object.waits,
    };
  }
}

function guaranteed(guarantees: readonly ("exactly-once" | "at-least-once")[]): object {
  return {
    supportsExactlyOnce: guarantees.includes("exactly-once"),
    supportsAtLeastOnce: guarantees.includes("at-least-once"),
    defaultStreamingMode: guarantees[0] === "at-least-once" ? "AT_LEAST_ONCE" : "EXACTLY_ONCE",
  };
}
