import type { OutputBinding } from "../../../pipeline/bindings";
import type { SinkKind } from "./sink";

/** `{ "sink": <name>, "options": { ... } }` */
export type OwnBinding = Extract<OutputBinding, { readonly sink: string }>;

/**
 * Kinds of sinks of one's own, by the name that a binding says: a line for each.
 *
 *     new Map([["endpoint", endpointSink]])
 */
export const ownSinks: Map<string, SinkKind<OwnBinding>> = new Map([]);
