import { EventarcChannel, type EventarcChannelConfig } from "@cdktf/provider-google/lib/eventarc-channel";
import { Construct } from "constructs";
import { encryptionOf, type Encrypted } from "../core/encryption";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { reference } from "../core/reference";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { eventarc, nameRule } from "./names";

/** A channel wherever it was made. */
export interface AnyEventChannel {
  /** projects/P/locations/L/channels/C */
  readonly path: string;
}

export interface EventChannelProps extends Encrypted, Overridable<EventarcChannelConfig> {
  /** @default the construct's id */
  readonly name?: string;
  /**
   * Whose events come: projects/P/locations/L/providers/datadog. The partner is given the channel's activation token
   * (`resource.activationToken`), and has a day to use it.
   * @default none: what publishes is an application of one's own
   */
  readonly provider?: string;
}

const rules: Rules<EventChannelProps> = [
  nameRule,
  eventarc.matches(
    "provider",
    /^projects\/[^/]+\/locations\/[^/]+\/providers\/[^/]+$/,
    "names partners as projects/P/locations/L/providers/datadog (gcloud eventarc providers list)",
    "https://cloud.google.com/eventarc/docs/third-parties/create-channels",
  ),
];

/**
 * Where the events of a partner, or of an application of one's own, come in: a trigger takes them by their type.
 * @throws InvalidProps
 * @see https://cloud.google.com/eventarc/docs/third-parties/create-channels
 */
export class EventChannel extends Construct implements AnyEventChannel {
  readonly resource: EventarcChannel;
  readonly path: string;

  constructor(scope: Construct, id: string, props: EventChannelProps = {}) {
    super(scope, id);
    const key = props.name ?? id;
    const name = physicalName(this, key);
    check(this, { ...props, name }, rules);
    const { project, region } = Site.of(this).settings;
    const encryption = encryptionOf(this, ["eventarc"], props);
    this.resource = make(
      this,
      "resource",
      EventarcChannel,
      key,
      {
        name,
        location: region,
        thirdPartyProvider: props.provider,
        cryptoKeyName: encryption.key,
        ...props.overrides,
      },
      encryption.waits,
    );
    this.path = reference(this.resource, "id", `projects/${project}/locations/${region}/channels/${name}`);
  }
}
