/** Cloud Scheduler: `data-journey/scheduler`. */
export { Schedule } from "./schedule";
export type { ScheduleProps } from "./schedule-props";
export type { Payload } from "./payload";
export type {
  ApiTarget,
  HttpTarget,
  InvokeTarget,
  ScheduleTarget,
  StartTarget,
  Startable,
  TopicTarget,
  UrlTarget,
} from "./target";
