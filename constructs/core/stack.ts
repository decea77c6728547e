import { GcsBackend, LocalBackend, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { GcpSettings } from "./settings";
import { configureGcp } from "./site";

export interface GcpStackProps extends GcpSettings {
  /**
   * A bucket that keeps Terraform's state.
   * @default a file beside cdktf.json, for one person at one machine
   */
  readonly state?: {
    /** Its name, without gs://. It must be there before. */
    readonly bucket: string;
    /** @default the stack's id */
    readonly prefix?: string;
  };
}

/**
 * A stack in one project and region of Google Cloud. Constructs in it find its settings by themselves.
 * @throws InvalidProps where a setting is not valid, all of them at once
 */
export class GcpStack extends TerraformStack {
  constructor(scope: Construct, id: string, props: GcpStackProps) {
    super(scope, id);
    const { state, ...settings } = props;
    configureGcp(this, settings);
    if (state) new GcsBackend(this, { bucket: state.bucket, prefix: state.prefix ?? id });
    // cdktf's own default is this very file by its absolute path; Terraform runs in cdktf.out/stacks/<id>.
    else new LocalBackend(this, { path: `../../../terraform.${id}.tfstate` });
  }
}
