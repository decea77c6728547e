import type { EventarcTriggerDestination } from "@cdktf/provider-google/lib/eventarc-trigger";
import type { Grant, GrantOptions, Identity } from "../core/grants";

/** A Cloud Run service, or the one that a function is, in the trigger's project. */
export interface EventReceiver {
  /** The service's name. */
  readonly name: string;
  readonly region: string;
  /** Whom it runs as, where that is known. */
  readonly identity?: Identity;
  grantInvoke(to: Identity, options?: GrantOptions): Grant;
}

/** A workflow, in the trigger's project. */
export interface EventWorkflow {
  /** projects/P/locations/L/workflows/W */
  readonly path: string;
  /** Whom it runs as, where that is known. */
  readonly identity?: Identity;
  grantInvoke(to: Identity, options?: GrantOptions): Grant;
}

/** What is called for each event: a service, at "/" or at a path; or a workflow, which then is executed. */
export type EventDestination =
  | EventReceiver
  | { readonly receiver: EventReceiver; readonly path: `/${string}` }
  | { readonly workflow: EventWorkflow };

/** What is let in, whatever it is. */
export const calledBy = (to: EventDestination): EventReceiver | EventWorkflow =>
  "receiver" in to ? to.receiver : "workflow" in to ? to.workflow : to;

export function destinationOf(to: EventDestination): EventarcTriggerDestination {
  if ("workflow" in to) return { workflow: to.workflow.path };
  const { name, region } = "receiver" in to ? to.receiver : to;
  return { cloudRunService: { service: name, region, path: "receiver" in to ? to.path : undefined } };
}
