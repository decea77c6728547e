/** IAM: `data-journey/iam`. */
export { grantOnProject, type ProjectRole } from "./project-grant";
export {
  ServiceAccount,
  type AnyServiceAccount,
  type ExistingServiceAccountProps,
  type ServiceAccountProps,
} from "./service-account";
