/** Accounts whose address does not follow the rule of the newer ones. */
const odd: { readonly [service: string]: string } = {
  bigquery: "bq-{number}@bigquery-encryption.iam.gserviceaccount.com",
  cloudbuild: "{number}@cloudbuild.gserviceaccount.com",
  cloudfunctions: "service-{number}@gcf-admin-robot.iam.gserviceaccount.com",
  compute: "service-{number}@compute-system.iam.gserviceaccount.com",
  dataflow: "service-{number}@dataflow-service-producer-prod.iam.gserviceaccount.com",
  run: "service-{number}@serverless-robot-prod.iam.gserviceaccount.com",
  storage: "service-{number}@gs-project-accounts.iam.gserviceaccount.com",
};

/**
 * The address of the account as which a service of Google's acts in a project.
 * @param service "pubsub", or "pubsub.googleapis.com"
 * @see https://cloud.google.com/iam/docs/service-agents
 */
export function serviceAgentEmail(service: string, projectNumber: string): string {
  const short = service.replace(/\.googleapis\.com$/, "");
  const pattern = odd[short] ?? `service-{number}@gcp-sa-${short}.iam.gserviceaccount.com`;
  return pattern.replace("{number}", projectNumber);
}
