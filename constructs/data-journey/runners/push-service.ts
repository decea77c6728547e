import type { Construct } from "constructs";
import { paths, type StreamProcessorEnvironment } from "../../../pipeline-images/stream-processor/contract";
import type { Duration } from "../../../pipeline/duration";
import type { Size } from "../../core/size";
import { audienceOf, CloudRunService } from "../../cloud-run/cloud-run-service";
import { physicalName } from "../../core/names";
import { Site } from "../../core/site";
import { list } from "../../core/text";
import { accountName, ServiceAccount } from "../../iam/service-account";
import { AnySubscription } from "../../pubsub/subscription";
import { PushSubscription } from "../../pubsub/push-subscription";
import { streamProcessorImage } from "../images";
import { noteUnsupported, pipelines } from "../journey-rules";
import type { Runner, Task } from "../runner";
import type { Stream } from "../source";
import { bindings, grantData, identityOf, specObject } from "./binding";

export interface PushServiceOptions {
  /** @default "1" */
  readonly cpu?: `${number}`;
  /** @default "512Mi" */
  readonly memory?: Size;
  /** @default 0: nothing is paid for while nothing comes */
  readonly minInstances?: number;
  /** @default 20 */
  readonly maxInstances?: number;
  /** Messages at once in one instance. @default 80 */
  readonly concurrency?: number;
  /** Deliveries before a message is set aside, 5 to 100. @default 5 */
  readonly maxDeliveryAttempts?: number;
  /** How long a message may take, 10s to 600s. @default "60s" */
  readonly ackDeadline?: Duration;
}

/**
 * A service to which Pub/Sub pushes: row by row, at least once, as many instances as it takes, none without messages.
 * What keeps windows or state does not compile here.
 */
export function pushService(options: PushServiceOptions = {}): Runner<"row-wise"> {
  return {
    kind: "push-service",
    provision(scope, task, shape) {
      const { name, bucket } = task;
      const [input, { topic, subscription, filter }] = pushed(scope, task);
      const { ackDeadline = "60s", maxDeliveryAttempts, ...sizes } = options;
      const identity = identityOf(scope, task);
      const pusher = new ServiceAccount(scope, "pusher", { name: accountName(`${name}-push`) });
      grantData(task, identity);
      bucket.grantRead(identity, { why: "reads the pipeline" });
      const { project } = Site.of(scope).settings;
      // As text: the subscription pushes to this service's URL, and so comes after it.
      const fullName = `projects/${project}/subscriptions/${physicalName(scope, subscription)}`;
      const bound = bindings(task, { [input]: fullName });
      const env: StreamProcessorEnvironment = {
        PIPELINE: specObject(scope, task).url,
        MODE: "push",
        INPUTS: bound.inputs,
        OUTPUTS: bound.outputs,
        ERRORS: bound.errors,
        AUDIENCE: audienceOf(scope, name),
        PUSHER: pusher.email,
      };
      const service = new CloudRunService(scope, "service", {
        ...sizes,
        name,
        identity,
        image: streamProcessorImage,
        // Pub/Sub gives up on a request when the acknowledgement is due: then nobody waits for its end.
        timeout: ackDeadline,
        // Nobody but Pub/Sub has business here, and it counts as internal.
        ingress: "internal",
        // Ready once it has its pipeline and what it looks up; rights take a minute to arrive.
        startupProbe: { http: paths.ready, every: "1s", failures: 240 },
        // A minute: work that takes long answers late.
        livenessProbe: { http: paths.alive, timeout: "5s", failures: 6 },
        env: { ...env },
      });
      new PushSubscription(scope, "subscription", {
        name: subscription,
        topic,
        filter,
        to: service,
        as: pusher,
        ackDeadline,
        deadLetters: task.deadLetters,
        maxDeliveryAttempts,
      });
      noteUnsupported(scope, task, "pushed");
      pipelines.tell(scope, { spec: task.pipeline.toJSON(), shape, runner: "push-service" });
    },
  };
}

/** The one stream that is pushed, by its input. */
function pushed(
  scope: Construct,
  { pipeline, streams }: Task,
): readonly [input: string, Stream & { readonly subscription: string }] {
  const [first, ...others] = Object.entries(streams);
  if (first === undefined || others.length > 0) {
    const names = list(Object.keys(streams));
    throw new Error(
      `${scope.node.path}: pipeline ${pipeline.name} reads ${names === "" ? "no stream" : `the streams ${names}`}, and a service is pushed one: Runner.workerPool()`,
    );
  }
  const [input, stream] = first;
  if (stream instanceof AnySubscription || stream.subscription instanceof AnySubscription) {
    throw new Error(`${scope.node.path}: a push has a subscription of its own: give its name, not one that is there`);
  }
  return [input, { ...stream, subscription: stream.subscription }];
}
