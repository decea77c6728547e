import type { Cloudfunctions2FunctionConfig } from "@cdktf/provider-google/lib/cloudfunctions2-function";
import { posix } from "node:path";
import { milliseconds, type Duration } from "../../pipeline/duration";
import { cpuMemoryRule, sizeOf } from "../cloud-run/cpu-memory";
import { envRules, type EnvProps, type SecretValue } from "../cloud-run/env";
import type { Encrypted } from "../core/encryption";
import { labelsRule } from "../core/labels";
import { limits, notADuration } from "../core/limits";
import type { Overridable } from "../core/overridable";
import type { Rules } from "../core/rules";
import { bytesOf, type Size } from "../core/size";
import type { AnyServiceAccount } from "../iam/service-account";
import type { ConnectorEgress } from "../network/egress";
import type { FunctionBuild } from "./builder";
import type { FunctionSource } from "./function-source";
import { longestOf, type FunctionTrigger } from "./trigger";

/** Node.js by its version, or another runtime by its name, for an archive. */
type Runtime = "nodejs24" | "nodejs22" | (string & {});

export interface CloudFunctionProps extends EnvProps, Encrypted, Overridable<Cloudfunctions2FunctionConfig> {
  /** @default the construct's id */
  readonly name?: string;
  /** @default none */
  readonly description?: string;
  /** What it runs: a folder, or an archive that is there already. */
  readonly source: FunctionSource;
  /** What the source exports: "processOrder". */
  readonly entryPoint: string;
  /** What it is called for. Another trigger leaves the function as it is. */
  readonly trigger: FunctionTrigger;
  /** @default "nodejs24": the long-term version that Google supports longest, until 2028 */
  readonly runtime?: Runtime;
  /** 128Mi to 32Gi. @default "256Mi", as Google does */
  readonly memory?: Size;
  /** CPUs: "1", "2", "4", "6", "8", or less than one. @default by the memory: a sixth of one for 256Mi, one for 2Gi */
  readonly cpu?: `${number}`;
  /** How long one call may take: 3600s for requests, 30m on a schedule, 540s for events. @default "60s", as Google does */
  readonly timeout?: Duration;
  /** Instances that wait for calls, and are paid for. @default 0 */
  readonly minInstances?: number;
  /** @default 20: an end to what a loop can cost */
  readonly maxInstances?: number;
  /** Calls at once in one instance, 1 to 1000; more than one takes a CPU. @default 1, as Google does: a handler has the instance to itself */
  readonly concurrency?: number;
  /**
   * Where calls may come from. Pub/Sub, Scheduler, Tasks, Eventarc and Workflows of the project are "internal".
   * @default "internal": what is to be reached from elsewhere says so; Google's own default lets all in. "all" for what
   * is public
   */
  readonly ingress?: "all" | "internal" | "internal-and-load-balancing";
  /** The account it runs as. @default one of its own, which may do nothing that is not granted */
  readonly identity?: AnyServiceAccount;
  /** Secrets as files, by their paths: `{ "/etc/key/value": { secret } }`. One folder has one secret. @default none */
  readonly secretFiles?: { readonly [path: `/${string}`]: SecretValue };
  /**
   * The network that it reaches by private addresses: `connector.egress()`. Functions send from no subnet themselves.
   * @default none: what it sends goes to the internet and to Google's services
   */
  readonly egress?: ConnectorEgress;
  /** What builds it. @default one account, one repository and one bucket for all functions of the stack */
  readonly build?: FunctionBuild;
  /**
   * When Node.js and the system below are mended: "automatic", without a deployment, or with the next deployment.
   * @default "automatic", as Google does
   */
  readonly securityUpdates?: "automatic" | "on deployment";
  /** Images that may run: a policy of Binary Authorization, projects/P/platforms/cloudRun/policies/X. @default any */
  readonly binaryAuthorization?: `projects/${string}`;
  /** @default the stack's labels */
  readonly labels?: { readonly [name: string]: string };
}

export const RUNTIME = "nodejs24";
export const MEMORY: Size = "256Mi";
export const TIMEOUT: Duration = "60s";
export const MAX_INSTANCES = 20;

const functions = limits("Cloud Functions");
const quotas = "https://cloud.google.com/functions/quotas";
const memoryPage = "https://cloud.google.com/functions/docs/configuring/memory";
/** Set by the runtime itself. */
const reserved =
  /^(?:PORT|K_(?:SERVICE|REVISION|CONFIGURATION)|FUNCTION_(?:TARGET|SIGNATURE_TYPE)|X_GOOGLE_\w*|LOG_EXECUTION_ID)$/;
/** From so much memory on, a function has a whole CPU. */
const WHOLE_CPU = sizeOf("2Gi");

const sizeRules: Rules<CloudFunctionProps> = [
  {
    id: "memory-range",
    reads: ["memory"],
    page: memoryPage,
    broken({ memory = MEMORY }) {
      const bytes = bytesOf(memory);
      if (bytes === undefined) return `memory is "${memory}": write a number and a unit, as in "256Mi" or "2Gi"`;
      if (bytes >= sizeOf("128Mi") && bytes <= sizeOf("32Gi")) return undefined;
      return `memory is "${memory}": Cloud Functions takes 128Mi to 32Gi`;
    },
  },
  {
    ...cpuMemoryRule,
    broken: ({ cpu, memory = MEMORY }) =>
      cpu === undefined || bytesOf(memory) === undefined ? undefined : cpuMemoryRule.broken({ cpu, memory }),
  },
  functions.within("concurrency", 1, 1000, "https://cloud.google.com/functions/docs/configuring/concurrency"),
  {
    id: "concurrency-cpu",
    reads: ["concurrency", "cpu", "memory"],
    page: "https://cloud.google.com/functions/docs/configuring/concurrency",
    broken({ concurrency = 1, cpu, memory = MEMORY }) {
      const whole = cpu === undefined ? (bytesOf(memory) ?? 0) >= WHOLE_CPU : Number(cpu) >= 1;
      return concurrency > 1 && !whole
        ? `concurrency is ${concurrency} with less than one CPU: Cloud Functions then makes one call at a time. Give cpu: "1"`
        : undefined;
    },
  },
];

const instanceRules: Rules<CloudFunctionProps> = [
  functions.within("minInstances", 0, 1000, "https://cloud.google.com/functions/docs/configuring/min-instances"),
  functions.within("maxInstances", 1, 1000, "https://cloud.google.com/functions/docs/configuring/max-instances"),
  {
    id: "instances-order",
    reads: ["minInstances", "maxInstances"],
    page: "https://cloud.google.com/functions/docs/configuring/max-instances",
    broken: ({ minInstances = 0, maxInstances = MAX_INSTANCES }) =>
      minInstances > maxInstances
        ? `minInstances is ${minInstances}, above maxInstances, which is ${maxInstances}`
        : undefined,
  },
  {
    id: "timeout-range",
    reads: [],
    ofTokens: true,
    page: quotas,
    broken({ timeout = TIMEOUT, trigger }) {
      const { longest, why } = longestOf(trigger);
      const sentence = notADuration(timeout, "1s", longest);
      return sentence && `timeout ${sentence(`Cloud Functions, for ${why},`)}`;
    },
  },
];

const triggerRules: Rules<CloudFunctionProps> = [
  {
    id: "trigger-document",
    reads: [],
    page: "https://cloud.google.com/eventarc/docs/path-patterns",
    broken({ trigger }) {
      if (!("document" in trigger)) return undefined;
      const parts = trigger.document.split("/");
      const good =
        parts.length % 2 === 0 && parts.every((part) => /^(?:[^/{}*]+|\{\w+(?:=\*{1,2})?\}|\*{1,2})$/.test(part));
      return good
        ? undefined
        : `trigger.document is "${trigger.document}": a document is in a collection, as in "orders/{order}" or "users/{user}/visits/{visit}"`;
    },
  },
  {
    id: "ingress-public",
    reads: ["ingress"],
    page: "https://cloud.google.com/functions/docs/networking/network-settings",
    broken: ({ ingress, trigger }) =>
      ingress === "internal" && "http" in trigger && trigger.http === "public"
        ? `ingress is "internal" and the trigger public: nobody outside would get to it. Let it be private, or give ingress: "all"`
        : undefined,
  },
];

const fileRule: Rules<CloudFunctionProps> = [
  {
    id: "secretFiles-form",
    reads: [],
    page: "https://cloud.google.com/functions/docs/configuring/secrets",
    broken({ secretFiles = {} }) {
      const folders = new Map<string, string>();
      for (const path of Object.keys(secretFiles)) {
        const folder = posix.dirname(path);
        if (!/^(\/[^/:]+){2,}$/.test(path) || /^\/(dev|proc|sys|workspace)(\/|$)/.test(path)) {
          return `secretFiles has "${path}": a file is in a folder of its own, as in "/etc/key/value"`;
        }
        const other = folders.get(folder);
        if (other !== undefined)
          return `secretFiles has "${other}" and "${path}" in one folder: a folder has one secret`;
        folders.set(folder, path);
      }
      return undefined;
    },
  },
];

const name = /^[A-Za-z_$][\w$]*$/;
export const isName = (entryPoint: string): boolean => name.test(entryPoint);

export const functionRules: Rules<CloudFunctionProps> = [
  functions.matches(
    "name",
    /^[a-z]([a-z0-9-]{0,47}[a-z0-9])?$/,
    "takes 1 to 49 lower-case letters, digits and hyphens, a letter first, as its Cloud Run service does",
    "https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions",
  ),
  labelsRule,
  ...envRules("Cloud Functions", reserved),
  ...sizeRules,
  ...instanceRules,
  ...triggerRules,
  ...fileRule,
  functions.matches(
    "entryPoint",
    name,
    "calls functions by a name of JavaScript's",
    "https://cloud.google.com/functions/docs/writing#entry-point",
  ),
];

export const timeoutSeconds = (timeout: Duration): number => milliseconds(timeout) / 1_000;
