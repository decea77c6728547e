import type { AttributeMap } from "../../../pipeline/pubsub-filter";
import type { StoredMessage } from "./message";

/** Messages as they are handed to a topic's subscriptions; attributes are taken apart once for all filters. */
export class Publication {
  private readonly attributes: AttributeMap[] = [];

  constructor(readonly messages: readonly StoredMessage[]) {}

  readonly attributesOf = (index: number): AttributeMap =>
    (this.attributes[index] ??= (this.messages[index] as StoredMessage).decode().attributes);
}
