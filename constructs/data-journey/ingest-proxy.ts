import { TerraformOutput } from "cdktf";
import { Construct } from "constructs";
import { fieldSpecs } from "../../pipeline/schema/field-spec";
import type { Fields } from "../../pipeline/schema/field";
import type { IngestProxyEnvironment } from "../../pipeline-images/ingest-proxy/contract";
import { CloudRunService, type CloudRunServiceProps } from "../cloud-run/cloud-run-service";
import { limits } from "../core/limits";
import { check, type Rules } from "../core/rules";
import { kebab } from "../core/text";
import { accountName, ServiceAccount } from "../iam/service-account";
import type { EventTopic } from "./event-topic";
import { ingestProxyImage } from "./images";

/** What the service takes beside its image and environment. */
type ServiceOptions = Omit<CloudRunServiceProps, "image" | "env" | "name">;

export interface IngestOptions<E extends Fields = Fields> extends ServiceOptions {
  /** @default "<topic>-ingest" */
  readonly name?: string;
  /**
   * Fields of the event that become attributes of the message, for subscriptions' filters.
   * @default none
   */
  readonly attributes?: readonly (keyof E & string)[];
  /** The largest body, in bytes, 1 to 10,000,000. @default the proxy's own limit */
  readonly maxBodyBytes?: number;
  /** Requests a second that one instance takes; to more it says 429. @default the proxy's own limit */
  readonly maxRequestsPerSecond?: number;
}

export interface IngestProxyProps<E extends Fields = Fields> extends IngestOptions<E> {
  readonly events: EventTopic<E>;
}

const ATTRIBUTES = 100;
const { within } = limits("Pub/Sub");

const rules: Rules<IngestProxyProps> = [
  within("maxBodyBytes", 1, 10_000_000, "https://cloud.google.com/pubsub/quotas#resource_limits"),
  limits("The proxy").within(
    "maxRequestsPerSecond",
    1,
    1_000_000,
    "https://cloud.google.com/run/docs/about-concurrency",
  ),
  {
    id: "attributes-fields",
    reads: ["attributes"],
    page: "https://cloud.google.com/pubsub/quotas#resource_limits",
    broken({ attributes = [], events }) {
      if (attributes.length > ATTRIBUTES) {
        return `attributes has ${attributes.length}: Pub/Sub takes at most ${ATTRIBUTES}`;
      }
      const fields = events.event.eventFields;
      const unknown = attributes.find((name) => !Object.hasOwn(fields, name));
      if (unknown !== undefined) return `attributes has "${unknown}", which is no field of ${events.event.name}`;
      const compound = attributes.find((name) => fields[name]?.type === "RECORD" || fields[name]?.mode === "REPEATED");
      return compound && `attributes has "${compound}", which is no single value: an attribute is a text`;
    },
  },
];

/**
 * Takes events by HTTP and publishes them: `POST /json`. It answers 2xx only after Pub/Sub has the message. Its URL is
 * an output of the stack: "<name>-url".
 * @throws InvalidProps
 */
export class IngestProxy extends Construct {
  readonly service: CloudRunService;
  /** Where it is reached. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: IngestProxyProps) {
    super(scope, id);
    check(this, props, rules);
    const {
      events,
      name = `${kebab(events.topic.key)}-ingest`,
      attributes,
      maxBodyBytes,
      maxRequestsPerSecond,
      ...rest
    } = props;
    const identity = rest.identity ?? new ServiceAccount(this, "identity", { name: accountName(name) });
    events.topic.grantPublish(identity, { why: "publishes the events that it takes" });
    const env: IngestProxyEnvironment = {
      TOPIC: events.topic.path,
      ATTRIBUTES: attributes && JSON.stringify(attributes),
      MAX_BODY_BYTES: maxBodyBytes?.toString(),
      MAX_REQUESTS_PER_SECOND: maxRequestsPerSecond?.toString(),
      EVENT_FIELDS: events.enforcesSchema ? JSON.stringify(fieldSpecs(events.event.eventFields)) : undefined,
    };
    this.service = new CloudRunService(this, "service", {
      ...rest,
      name,
      identity,
      image: ingestProxyImage,
      env: { ...env },
    });
    this.url = this.service.url;
    // Printed after a deploy: it is what clients have to be told.
    const output = new TerraformOutput(this, "output", { value: this.url, description: "where events are sent" });
    output.overrideLogicalId(`${name}-url`);
  }
}
