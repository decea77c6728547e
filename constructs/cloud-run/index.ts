/** Cloud Run: `data-journey/cloud-run`. */
export {
  CloudRunService,
  type AnyCloudRunService,
  type CloudRunServiceProps,
  type ExistingServiceProps,
} from "./cloud-run-service";
export { WorkerPool, type WorkerPoolProps } from "./worker-pool";
