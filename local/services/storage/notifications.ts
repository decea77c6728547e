/** Tells topics what happens to objects. */
import { CloudError } from "../../errors";
import type { Caller, Host } from "../../service";
import type { ObjectEvent } from "./bucket-objects";
import { isObject, objectResourceOf, type NotificationConfig } from "./records";

/** How events reach a topic: Pub/Sub's own `publish`, asked as this caller. */
export type Publish = (
  topic: string,
  messages: readonly { readonly data: Buffer; readonly attributes: { readonly [name: string]: string } }[],
  caller: Caller,
) => unknown;

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;
const eventTypes = ["OBJECT_FINALIZE", "OBJECT_METADATA_UPDATE", "OBJECT_DELETE", "OBJECT_ARCHIVE"];

/** The project's Storage agent, in whose name events are published. */
export const storageAgent = (projectNumber: string): string =>
  `service-${projectNumber}@gs-project-accounts.iam.gserviceaccount.com`;

export class Notifier {
  private readonly agent: Caller;
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly host: Host,
    private readonly publish: Publish,
  ) {
    this.agent = { member: `serviceAccount:${storageAgent(host.projectNumber)}` };
  }

  /** @throws CloudError where the agent may not publish: Google refuses such a notification at its creation. */
  checkTopic(topic: string): void {
    this.host.access.check(this.agent, "pubsub.topics.publish", `pubsub.googleapis.com/${topic}`);
  }

  announce(configs: readonly NotificationConfig[], event: ObjectEvent): void {
    for (const config of configs) {
      if (config.eventTypes !== undefined && !config.eventTypes.includes(event.type)) continue;
      if (!event.object.name.startsWith(config.objectNamePrefix ?? "")) continue;
      this.send(config, messageOf(config, event, this.host.clock.now()), FIRST_PAUSE);
    }
  }

  stop(): void {
    for (const takeBack of this.waiting) takeBack();
    this.waiting.clear();
  }

  /** An event is sent until it arrives: what is missing may be a grant that is yet to come. */
  private send(config: NotificationConfig, message: ReturnType<typeof messageOf>, pause: number): void {
    Promise.resolve()
      .then(() => this.publish(config.topic, [message], this.agent))
      .catch((error: unknown) => {
        const { eventType, objectId } = message.attributes;
        this.host.log({
          severity: "WARNING",
          source: "storage",
          message: `${eventType} of ${objectId} was not published to ${config.topic}, again in ${pause / 1000} s: ${String(error)}`,
        });
        const takeBack = this.host.clock.after(pause, () => {
          this.waiting.delete(takeBack);
          this.send(config, message, Math.min(pause * 2, LONGEST_PAUSE));
        });
        this.waiting.add(takeBack);
      });
  }
}

/** @see https://cloud.google.com/storage/docs/pubsub-notifications#format */
function messageOf(config: NotificationConfig, event: ObjectEvent, now: number) {
  const { object, type } = event;
  const attributes: { [name: string]: string } = {
    ...config.customAttributes,
    notificationConfig: notificationName(object.bucket, config),
    eventType: type,
    payloadFormat: config.payloadFormat,
    bucketId: object.bucket,
    objectId: object.name,
    objectGeneration: String(object.generation),
    eventTime: new Date(now).toISOString().replace("Z", "000Z"),
  };
  if (type === "OBJECT_FINALIZE" && event.overwrote !== undefined) {
    attributes.overwroteGeneration = String(event.overwrote.generation);
  }
  if (type === "OBJECT_DELETE" && event.overwrittenBy !== undefined) {
    attributes.overwrittenByGeneration = String(event.overwrittenBy.generation);
  }
  const payload =
    config.payloadFormat === "NONE" ? "" : JSON.stringify(objectResourceOf(object, "https://www.googleapis.com"));
  return { data: Buffer.from(payload), attributes };
}

export const notificationName = (bucket: string, { id }: NotificationConfig): string =>
  `projects/_/buckets/${bucket}/notificationConfigs/${id}`;

/**
 * @param given as the API's body; Terraform's arguments have the same names.
 * @throws CloudError INVALID_ARGUMENT
 */
export function notificationConfig(id: string, given: { readonly [name: string]: unknown }): NotificationConfig {
  const topic = typeof given.topic === "string" ? given.topic : "";
  const name = /projects\/[^/]+\/topics\/[^/]+$/.exec(topic)?.[0];
  if (name === undefined) {
    throw new CloudError("INVALID_ARGUMENT", `A notification's topic is projects/P/topics/T, not ${topic}`);
  }
  const format = given.payload_format;
  if (format !== "JSON_API_V1" && format !== "NONE") {
    throw new CloudError("INVALID_ARGUMENT", "payload_format is JSON_API_V1 or NONE");
  }
  const types = Array.isArray(given.event_types) ? given.event_types.map(String) : [];
  const unknown = types.find((type) => !eventTypes.includes(type));
  if (unknown !== undefined) {
    throw new CloudError("INVALID_ARGUMENT", `${unknown} is no event type: ${eventTypes.join(", ")} are`);
  }
  return {
    id,
    topic: name,
    payloadFormat: format,
    ...(types.length === 0 ? {} : { eventTypes: types }),
    ...(typeof given.object_name_prefix === "string" ? { objectNamePrefix: given.object_name_prefix } : {}),
    ...(isObject(given.custom_attributes)
      ? { customAttributes: given.custom_attributes as { [name: string]: string } }
      : {}),
  };
}
