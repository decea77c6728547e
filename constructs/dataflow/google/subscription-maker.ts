import { ProjectIamCustomRole } from "@cdktf/provider-google/lib/project-iam-custom-role";
import type { Construct } from "constructs";
import type { MadeRole } from "../../core/grants";
import { make } from "../../core/make";
import { physicalName } from "../../core/names";
import { Site } from "../../core/site";
import { snake } from "../../core/text";

const ID = "dataflow-subscription-maker";

/**
 * A job that reads a topic makes a subscription of its own, whose name nobody knows before: it may make subscriptions in
 * the project and take from those. Google's own role for that could publish to every topic, too.
 * @see https://cloud.google.com/pubsub/docs/access-control#required_permissions
 */
export function subscriptionMaker(scope: Construct): MadeRole {
  const site = Site.of(scope);
  return site.once(ID, () => {
    const role = make(site.stack, ID, ProjectIamCustomRole, ID, {
      roleId: snake(physicalName(scope, ID)),
      title: "Dataflow jobs that read topics",
      description: "Makes, reads and deletes the subscriptions of jobs that read a topic",
      permissions: [
        "pubsub.subscriptions.consume",
        "pubsub.subscriptions.create",
        "pubsub.subscriptions.delete",
        "pubsub.subscriptions.get",
      ],
    });
    return { role: role.name, key: ID, waits: () => [role] };
  });
}
