import type { Attributes, Host, ResourceType, StackResource } from "../../../service";
import { fullName, type Kind } from "../names";
import { Arguments } from "./arguments";
import { nameOf } from "./names";

/** google_pubsub_topic_iam_member, google_pubsub_subscription_iam_member */
export function iamMemberType(host: Host, type: string, kind: Kind, argument: string): ResourceType {
  return {
    type,
    apply(resource: StackResource): Attributes {
      const given = Arguments.of(resource);
      const name = nameOf(kind, given.required(argument), given.text("project") ?? host.project);
      const role = given.required("role");
      const member = given.required("member");
      host.access.give({ role, member, on: fullName(name), address: resource.address });
      return { id: `${name}/${role}/${member}`, project: name.split("/")[1] };
    },
  };
}
