import type { EventarcTriggerDestination } from "@cdktf/provider-google/lib/eventarc-trigger";
import type { Grant, GrantOptions, Identity } from "../core/grants";

/** A Cloud Run service, or the one that a function is, in the trigger's project. */
export interface EventReceiver {
  /** The service's name. */
  readonly name: string;
  readonly region: string;
  readonly url: string;
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

/** What is called for each event: a service, at "/" or at a path; or a workflow, of which each starts a run. */
export type EventDestination =
  | EventReceiver
  | EventWorkflow
  | { readonly receiver: EventReceiver; readonly path: `/${string}` };

/** What is let in, whatever it is. */
export const calledBy = (to: EventDestination): EventReceiver | EventWorkflow => ("receiver" in to ? to.receiver : to);

/** How it is named, for rules that ask who uses what. */
export function namedBy(to: EventDestination): string {
  const called = calledBy(to);
  return "url" in called ? called.url : called.path;
}

export function destinationOf(to: EventDestination): EventarcTriggerDestination {
  const called = calledBy(to);
  if (!("url" in called)) return { workflow: called.path };
  const { name, region } = called;
  return { cloudRunService: { service: name, region, path: "receiver" in to ? to.path : undefined } };
}
