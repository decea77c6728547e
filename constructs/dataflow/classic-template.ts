import type { Construct } from "constructs";
import type { GrantOptions, Identity } from "../core/grants";
import { nothing } from "../core/waits";
import type { AnyBucket } from "../storage/bucket";
import type { BoundTemplate, Template, TemplateLanguage, TemplateMode, TemplateUse } from "./template";
import type { TemplateParameter } from "./template-parameter";

export interface ClassicTemplateProps<Mode extends TemplateMode = TemplateMode> {
  readonly bucket: AnyBucket;
  /** The template's object in the bucket, as the pipeline's program wrote it: "templates/clicks". */
  readonly object: string;
  readonly mode: Mode;
  readonly language: TemplateLanguage;
  /** What a job of it can be told. @default nobody knows: Dataflow refuses at the launch what does not fit */
  readonly parameters?: readonly TemplateParameter[];
}

/**
 * A template that your program wrote when it was run with `--templateLocation`: its graph is fixed.
 * @see https://cloud.google.com/dataflow/docs/guides/templates/creating-templates
 */
export class ClassicTemplate<Mode extends TemplateMode = TemplateMode> implements Template<"classic", Mode> {
  readonly kind = "classic";
  readonly mode: Mode;
  readonly language: TemplateLanguage;
  readonly described: readonly TemplateParameter[] | undefined;
  readonly said = [];

  constructor(private readonly props: ClassicTemplateProps<Mode>) {
    this.mode = props.mode;
    this.language = props.language;
    this.described = props.parameters;
  }

  grantLaunch(to: Identity, options?: GrantOptions): void {
    this.props.bucket.grantRead(to, options);
  }

  bind(_scope: Construct, { identity }: TemplateUse): BoundTemplate {
    const { bucket, object } = this.props;
    bucket.grantRead(identity, { why: "reads the program that the template was made of" });
    return {
      path: `gs://${bucket.name}/${object}`,
      parameters: {},
      names: [bucket.name],
      version: undefined,
      waits: nothing,
    };
  }
}
