import { TerraformProvider, TerraformResource, TerraformStack } from "cdktf";
import type { Construct } from "constructs";

// Two small classes in place of one more provider package: this is all that is used of hashicorp/time.

class TimeProvider extends TerraformProvider {
  static of(scope: Construct): TimeProvider {
    const stack = TerraformStack.of(scope);
    const there = stack.node.tryFindChild("time");
    return there instanceof TimeProvider ? there : new TimeProvider(stack);
  }

  private constructor(stack: TerraformStack) {
    super(stack, "time", {
      terraformResourceType: "time",
      terraformGeneratorMetadata: { providerName: "time", providerVersionConstraint: "~> 0.13" },
      terraformProviderSource: "hashicorp/time",
    });
  }
}

export interface SleepConfig {
  /** As Go writes durations: "60s". */
  readonly createDuration: string;
  /** A change of these makes it sleep again. */
  readonly triggers?: { readonly [name: string]: string };
  readonly dependsOn: string[];
}

/**
 * A pause between two resources: a grant that was just made is not yet obeyed everywhere, and the provider retries no
 * refusal.
 * @see https://registry.terraform.io/providers/hashicorp/time/latest/docs/resources/sleep
 */
export class Sleep extends TerraformResource {
  static readonly tfResourceType = "time_sleep";

  constructor(
    scope: Construct,
    id: string,
    private readonly config: SleepConfig,
  ) {
    super(scope, id, {
      terraformResourceType: Sleep.tfResourceType,
      terraformGeneratorMetadata: { providerName: "time" },
      provider: TimeProvider.of(scope),
    });
    this.dependsOn = config.dependsOn;
  }

  protected override synthesizeAttributes(): { [name: string]: unknown } {
    return { create_duration: this.config.createDuration, triggers: this.config.triggers };
  }
}
