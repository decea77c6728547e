/** Eventarc: `data-journey/eventarc`. */
export { EventChannel, type AnyEventChannel, type EventChannelProps } from "./event-channel";
export type { EventDestination, EventReceiver, EventWorkflow } from "./event-destination";
export type {
  AuditLogEvents,
  DocumentEvents,
  EventSource,
  MessageEvents,
  ObjectEvents,
  OtherEvents,
  Pattern,
} from "./event-source";
export { EventTrigger, type EventTriggerProps } from "./event-trigger";
