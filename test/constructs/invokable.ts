import { CloudRunV2Job } from "@cdktf/provider-google/lib/cloud-run-v2-job";
import { CloudRunV2JobIamMember } from "@cdktf/provider-google/lib/cloud-run-v2-job-iam-member";
import { CloudRunV2Service } from "@cdktf/provider-google/lib/cloud-run-v2-service";
import { CloudRunV2ServiceIamMember } from "@cdktf/provider-google/lib/cloud-run-v2-service-iam-member";
import type { Construct } from "constructs";
import {
  Grantable,
  ResourcePolicy,
  type Grant,
  type GrantOptions,
  type Identity,
  type Policy,
} from "../../constructs/core/grants";
import { make } from "../../constructs/core/make";
import { reference } from "../../constructs/core/reference";
import type { Invokable } from "../../constructs/pubsub/push-subscription";
import type { Startable } from "../../constructs/scheduler/target";
import { IMAGE, settings } from "./support";

const location = settings.region;

/** The least that can be invoked, for tests of what invokes. */
export class SomeService extends Grantable implements Invokable {
  readonly url: string;
  readonly audience = "https://some-service.internal";
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const config = { name: id, location, template: { containers: [{ image: IMAGE }] } };
    const resource = make(this, "resource", CloudRunV2Service, id, config);
    this.url = resource.uri;
    this.policy = new ResourcePolicy(this, {
      key: id,
      fullName: `projects/${settings.project}/locations/${location}/services/${id}`,
      verbs: "grantInvoke",
      tier: "workload",
      member: CloudRunV2ServiceIamMember,
      on: { name: reference(resource, "name", id), location },
      resource,
    });
  }

  grantInvoke(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/run.invoker", to, options);
  }
}

/** The least that can be started. */
export class SomeJob extends Grantable implements Startable {
  readonly startUrl: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const config = { name: id, location, template: { template: { containers: [{ image: IMAGE }] } } };
    const resource = make(this, "resource", CloudRunV2Job, id, config);
    const fullName = `projects/${settings.project}/locations/${location}/jobs/${id}`;
    this.startUrl = `https://run.googleapis.com/v2/${reference(resource, "id", fullName)}:run`;
    this.policy = new ResourcePolicy(this, {
      key: id,
      fullName,
      verbs: "grantStart",
      tier: "workload",
      member: CloudRunV2JobIamMember,
      on: { name: reference(resource, "name", id), location },
      resource,
    });
  }

  grantStart(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/run.invoker", to, options);
  }
}
