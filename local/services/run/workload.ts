/** A service, a worker pool or a job as its Terraform arguments describe it, with Cloud Run's own defaults. */
import { CloudError } from "../../errors";
import type { StackResource } from "../../service";

export interface Workload {
  readonly address: string;
  readonly name: string;
  readonly location: string;
  readonly kind: "service" | "worker-pool" | "job";
  /** E-mail of the account that it runs as. */
  readonly account: string;
  /** As the container names it. */
  readonly image: string;
  readonly args: readonly string[];
  readonly environment: { readonly [name: string]: string };
  /** In MiB. */
  readonly memory: number;
  readonly startup: StartupProbe;
  /** Processes that always run; of a job none does. */
  readonly instances: number;
  /** What of it is not done here, a sentence each. */
  readonly notes: readonly string[];
}

export interface RequestSettings {
  /** Requests at once in the one process. */
  readonly concurrency: number;
  /** Milliseconds that one request may take. */
  readonly timeout: number;
  /** Only Pub/Sub and other services of the project may call. */
  readonly internal: boolean;
  /** Anyone may call: nobody looks at tokens. */
  readonly open: boolean;
  /** What a token may be for, beside the service's own URL. */
  readonly audiences: readonly string[];
}

/** How it is found out that a process has started. */
export interface StartupProbe {
  /** Of an HTTP request that must be answered with 2xx or 3xx; undefined: it is enough that the port is open. */
  readonly path: string | undefined;
  /** Milliseconds until it must have started. */
  readonly limit: number;
}

interface Block {
  readonly [argument: string]: unknown;
}

/** What of a job is the same for all of its executions, unless one is told otherwise. */
export interface JobSettings {
  readonly tasks: number;
  /** Tasks at once; undefined for as many as there can be. */
  readonly parallelism: number | undefined;
  /** How often a task that failed is begun again. */
  readonly retries: number;
  /** Milliseconds that one attempt of a task may take. */
  readonly timeout: number;
}

const reserved = [
  "PORT",
  "K_SERVICE",
  "K_REVISION",
  "K_CONFIGURATION",
  "CLOUD_RUN_WORKER_POOL",
  "CLOUD_RUN_REVISION",
  "CLOUD_RUN_JOB",
  "CLOUD_RUN_EXECUTION",
  "CLOUD_RUN_TASK_INDEX",
  "CLOUD_RUN_TASK_ATTEMPT",
  "CLOUD_RUN_TASK_COUNT",
];
/** @see https://cloud.google.com/run/docs/configuring/healthchecks#tcp-startup-probe */
const startupLimit = 240_000;

/**
 * @param defaultAccount of who names none
 * @throws CloudError INVALID_ARGUMENT as Cloud Run refuses
 */
export function readWorkload(resource: StackResource, kind: Workload["kind"], defaultAccount: string): Workload {
  const { address, config } = resource;
  const template = kind === "job" ? taskTemplate(config) : block(config["template"]);
  const containers = blocks(template["containers"]);
  const container = containers.find((one) => one["ports"] !== undefined) ?? containers[0];
  if (container === undefined || typeof container["image"] !== "string") {
    throw new CloudError("INVALID_ARGUMENT", `${address}: its template has no container with an image`);
  }
  const variables = blocks(container["env"]);
  const taken = variables.map((one) => String(one["name"])).filter((name) => reserved.includes(name));
  if (taken.length > 0) {
    throw new CloudError("INVALID_ARGUMENT", `${address}: env has ${taken.join(", ")}, which Cloud Run sets itself`);
  }
  const plain = variables.filter((one) => one["value_source"] === undefined);
  return {
    address,
    kind,
    name: text(config["name"]) ?? resource.name,
    location: text(config["location"]) ?? "",
    account: text(template["service_account"]) ?? defaultAccount,
    image: container["image"],
    args: list(container["args"]).filter((one) => typeof one === "string"),
    environment: Object.fromEntries(plain.map((one) => [String(one["name"]), text(one["value"]) ?? ""])),
    memory: mebibytes(text(block(block(container["resources"])["limits"])["memory"])),
    startup: startupOf(block(container["startup_probe"])),
    instances: instancesOf(kind, config),
    notes: notesOf(variables, containers, container),
  };
}

export function readRequestSettings({ config }: StackResource): RequestSettings {
  const template = block(config["template"]);
  return {
    concurrency: number(template["max_instance_request_concurrency"]) ?? 80,
    timeout: seconds(text(template["timeout"])) ?? 300_000,
    internal: config["ingress"] === "INGRESS_TRAFFIC_INTERNAL_ONLY",
    open: config["invoker_iam_disabled"] === true,
    audiences: list(config["custom_audiences"]).filter((one) => typeof one === "string"),
  };
}

/** @see https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs#TaskTemplate */
export function readJobSettings({ config }: StackResource): JobSettings {
  const template = block(config["template"]);
  const task = taskTemplate(config);
  return {
    tasks: number(template["task_count"]) ?? 1,
    // 0 is Google's way to say nothing.
    parallelism: number(template["parallelism"]) || undefined,
    retries: number(task["max_retries"]) ?? 3,
    timeout: seconds(text(task["timeout"])) ?? 600_000,
  };
}

/** A job has a template of executions, and in it one of tasks. */
const taskTemplate = (config: Block): Block => block(block(config["template"])["template"]);

function instancesOf(kind: Workload["kind"], config: Block): number {
  if (kind === "worker-pool") return number(block(config["scaling"])["manual_instance_count"]) ?? 1;
  return kind === "service" ? 1 : 0;
}

function notesOf(variables: readonly Block[], containers: readonly Block[], container: Block): string[] {
  const secret = variables.filter((one) => one["value_source"] !== undefined).map((one) => String(one["name"]));
  return [
    ...(secret.length > 0
      ? [`${secret.join(", ")} come from secrets, which are not kept here: they are left out`]
      : []),
    ...(containers.length > 1
      ? [`only its container ${text(container["image"])} runs here, of ${containers.length}`]
      : []),
    ...(list(container["command"]).length > 0 ? ["its command is not followed: the image's main runs"] : []),
  ];
}

function startupOf(probe: Block): StartupProbe {
  const http = probe["http_get"];
  const tries = number(probe["failure_threshold"]);
  const period = number(probe["period_seconds"]) ?? 10;
  const first = number(probe["initial_delay_seconds"]) ?? 0;
  return {
    path: http === undefined ? undefined : (text(block(http)["path"]) ?? "/"),
    limit: tries === undefined ? startupLimit : (first + tries * period) * 1000,
  };
}

/** "512Mi", "2Gi", "1G" */
function mebibytes(size: string | undefined): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|k|M|G)?$/.exec(size ?? "512Mi") ?? [];
  const bytes = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, k: 1e3, M: 1e6, G: 1e9 }[unit ?? ""] ?? 1;
  return Math.max(32, Math.floor((Number(amount ?? 512) * bytes) / 2 ** 20));
}

/** "300s", in milliseconds */
export function seconds(duration: string | undefined): number | undefined {
  const [, amount] = /^(\d+(?:\.\d+)?)s$/.exec(duration ?? "") ?? [];
  return amount === undefined ? undefined : Number(amount) * 1000;
}

/** A nested block: one that occurs once is an object or a list of one. */
function block(value: unknown): Block {
  return blocks(value)[0] ?? {};
}

function blocks(value: unknown): readonly Block[] {
  return (Array.isArray(value) ? value : [value]).filter(
    (one): one is Block => typeof one === "object" && one !== null && !Array.isArray(one),
  );
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function number(value: unknown): number | undefined {
  const converted = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof converted === "number" && !Number.isNaN(converted) ? converted : undefined;
}
