/** Cloud Run: `data-journey/cloud-run`. */
export {
  CloudRunJob,
  type AnyCloudRunJob,
  type CloudRunJobProps,
  type ExistingJobProps,
  type JobSidecar,
} from "./cloud-run-job";
export {
  audienceOf,
  CloudRunService,
  type AnyCloudRunService,
  type CloudRunServiceProps,
  type ExistingServiceProps,
} from "./cloud-run-service";
export type { Sidecar } from "./container";
export type { Env, SecretValue } from "./env";
export type { LivenessProbe, StartupProbe } from "./probe";
export type { RevisionShare, TrafficTarget } from "./revision";
export type { ServiceSidecar } from "./service-props";
export type { Volume, Volumes } from "./volume";
export { WorkerPool, type WorkerPoolProps } from "./worker-pool";
