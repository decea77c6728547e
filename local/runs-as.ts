/** Which account a resource runs as, for what runs: whoever is given a right by that account has it. */
import { blockOf } from "./block";
import type { Attributes } from "./service";

/** The account's e-mail; undefined for what runs nothing. */
export function runsAs(type: string, attributes: Attributes): string | undefined {
  if (type.includes("_iam_")) return undefined;
  const prefix = Object.keys(places).find((one) => type.startsWith(one));
  const email = prefix === undefined ? undefined : places[prefix]?.(attributes);
  return typeof email === "string" ? email : undefined;
}

/** By what types begin with; the first that fits stands. */
const places: { readonly [prefix: string]: (attributes: Attributes) => unknown } = {
  google_cloud_run_v2_job: (job) => within(job, "template", "template", "service_account"),
  google_cloud_run_v2_: (workload) => within(workload, "template", "service_account"),
  google_cloud_scheduler_job: launchedAs,
  google_cloudfunctions2_function: (one) => within(one, "service_config", "service_account_email"),
  google_dataflow_: (job) => job["service_account_email"],
  google_workflows_workflow: (workflow) => workflow["service_account"],
};

/** Of a schedule that launches a Dataflow job, which is no resource itself, the job's account. */
function launchedAs(schedule: Attributes): unknown {
  const { uri, body } = blockOf(schedule["http_target"]) ?? {};
  if (typeof uri !== "string" || !uri.startsWith("https://dataflow.googleapis.com/") || typeof body !== "string") {
    return undefined;
  }
  try {
    const launch: unknown = JSON.parse(Buffer.from(body, "base64").toString());
    return (
      within(launch, "launchParameter", "environment", "serviceAccountEmail") ??
      within(launch, "environment", "serviceAccountEmail")
    );
  } catch {
    return undefined;
  }
}

const within = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, name) => blockOf(inner)?.[name], value);
