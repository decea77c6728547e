/** IAM: `data-journey/iam`. */
export { everyone } from "../core/everyone";
export { CustomRole, type CustomRoleProps, type ExistingRole } from "./custom-role";
export { GitHubActions, type GitHubActionsProps, type RepositoryRuns } from "./github-actions";
export { GitLabCi, type GitLabCiProps, type ProjectRuns } from "./gitlab-ci";
export { principal, type Member } from "./principal";
export { grantOnProject, type ProjectRole } from "./project-grant";
export {
  ServiceAccount,
  type AnyServiceAccount,
  type ExistingServiceAccountProps,
  type ServiceAccountProps,
} from "./service-account";
export { WorkloadIdentity, type ExistingPoolProps, type WorkloadIdentityProps } from "./workload-identity";
export type { AnyWorkloadIdentity } from "./workload-identity-pool";
