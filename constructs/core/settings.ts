import type { GoogleProviderConfig } from "@cdktf/provider-google/lib/provider";
import type { Duration } from "../../pipeline/duration";
import { labelsRule, type Labels } from "./labels";
import { limits, notADuration } from "./limits";
import type { Rules } from "./rules";

/** What is true of a whole stack. A stage is one such object. */
export interface GcpSettings {
  /** The project's id: "acme-dev". Give each stage a project of its own, or a {@link prefix}. */
  readonly project: string;
  /** Where everything lives: "europe-west1". A dataset's or bucket's location can never change. */
  readonly region: string;
  /**
   * What `destroy`, and a change that replaces, may do to data. "keep": tables, topics and subscriptions refuse to be
   * destroyed, buckets and datasets that hold something too. "destroy": all of it goes. No default, on purpose.
   */
  readonly removal: "keep" | "destroy";
  /**
   * The project's number. With it the addresses of Google's service agents are plain text, known at plan; the agents of
   * BigQuery's and Compute Engine's encryption cannot be addressed without it.
   */
  readonly projectNumber?: string;
  /** Put before every physical name, for several stages in one project: "alice" makes "alice-clicks". */
  readonly prefix?: string;
  /** Labels of everything that takes labels. */
  readonly labels?: Labels;
  /**
   * A Cloud KMS key that encrypts everything that holds data: projects/P/locations/L/keyRings/R/cryptoKeys/K, L being
   * the region.
   * @default Google's own keys
   */
  readonly encryptionKey?: string;
  /**
   * Where images built from folders are pushed to and pulled from.
   * @default "<region>-docker.pkg.dev/<project>/data-journey", what {@link RegistryStack} makes
   */
  readonly registry?: string;
  /**
   * "enable": the APIs that the stack's resources need are enabled before them. "assume": a platform team has done so.
   * @default "enable"
   */
  readonly apis?: "enable" | "assume";
  /**
   * How long to wait between a grant and what Google checks it for at creation. Terraform's provider retries no refusal.
   * @default "60s": grants are usually obeyed within seconds, at times after a minute or more
   * @see https://cloud.google.com/iam/docs/access-change-propagation
   */
  readonly propagation?: Duration | "none";
  /** More options of both Google providers. */
  readonly provider?: Pick<
    GoogleProviderConfig,
    "billingProject" | "impersonateServiceAccount" | "requestReason" | "requestTimeout" | "userProjectOverride"
  >;
}

/** Settings whose defaults are filled in. */
export type ResolvedSettings = GcpSettings &
  Required<Pick<GcpSettings, "apis" | "labels" | "propagation" | "registry">>;

/** The name of the repository that images are pulled from, unless told otherwise. */
export const REGISTRY = "data-journey";

export function resolved(settings: GcpSettings): ResolvedSettings {
  return {
    ...settings,
    apis: settings.apis ?? "enable",
    labels: settings.labels ?? {},
    propagation: settings.propagation ?? "60s",
    registry: settings.registry ?? defaultRegistry(settings),
  };
}

function defaultRegistry({ project, region, prefix }: GcpSettings): string {
  return `${region}-docker.pkg.dev/${project}/${prefix === undefined ? "" : `${prefix}-`}${REGISTRY}`;
}

const { matches } = limits("Google Cloud");
const projects = "https://cloud.google.com/resource-manager/docs/creating-managing-projects";
const keyForm = /^projects\/[^/]+\/locations\/([^/]+)\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/;

export const settingsRules: Rules<GcpSettings> = [
  matches(
    "project",
    /^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
    "takes 6 to 30 lower-case letters, digits and hyphens, a letter first",
    projects,
  ),
  matches(
    "region",
    /^[a-z]+(-[a-z]+)+\d+$/,
    'has regions such as "europe-west1" (a multi-region such as "EU" is a location of single resources)',
    "https://cloud.google.com/compute/docs/regions-zones",
  ),
  matches("projectNumber", /^\d+$/, "numbers projects with digits", projects),
  matches(
    "prefix",
    /^[a-z][a-z0-9]{0,9}$/,
    "shall find in every name a word of at most 10 lower-case letters and digits",
    "https://cloud.google.com/compute/docs/naming-resources",
  ),
  labelsRule,
  {
    id: "encryptionKey-form",
    reads: ["encryptionKey", "region"],
    page: "https://cloud.google.com/kms/docs/cmek",
    broken({ encryptionKey, region }) {
      if (encryptionKey === undefined) return undefined;
      const location = keyForm.exec(encryptionKey)?.[1];
      if (location === undefined) {
        return `encryptionKey is "${encryptionKey}": write projects/P/locations/${region}/keyRings/R/cryptoKeys/K`;
      }
      if (location === region) return undefined;
      return `encryptionKey is in ${location} and the stack in ${region}: what is encrypted needs a key where it is`;
    },
  },
  {
    id: "propagation-range",
    reads: ["propagation"],
    ofTokens: true,
    page: "https://cloud.google.com/iam/docs/access-change-propagation",
    broken({ propagation }) {
      if (propagation === undefined || propagation === "none") return undefined;
      const sentence = notADuration(propagation, "1s", "1h");
      return sentence && `propagation ${sentence("a pause")}`;
    },
  },
];
