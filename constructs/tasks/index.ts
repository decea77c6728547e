/** Cloud Tasks: `data-journey/tasks`. */
export { TaskQueue, type AnyTaskQueue, type ExistingTaskQueueProps } from "./task-queue";
export type { QueueTarget, TaskQueueProps } from "./task-queue-props";
export { TaskTarget, type TaskTargetProps } from "./task-target";
