/** For what runs in a user's own container or function: `data-journey/handler`. */
export { onCloudEvent, type CloudEvent, type CloudEventHandler } from "./cloud-event";
export { Surroundings, type Context } from "./context";
export type { FailureAttributes, FailureRow } from "./contract";
export { Refused, type Answer, type Request, type Route } from "./http";
export { Fatal, onMessage, type EventHandler, type Message, type MessageHandler } from "./message";
export type { PublishOptions } from "./publisher";
export { httpFunction, serve, type Routes, type ServeOptions, type Serving } from "./serve";
