import type { SecretManagerSecretConfig } from "@cdktf/provider-google/lib/secret-manager-secret";
import type { Duration } from "../../pipeline/duration";
import { labelsRule, type Labels } from "../core/labels";
import { limits, notADuration } from "../core/limits";
import type { Overridable } from "../core/overridable";
import type { Rules } from "../core/rules";
import type { AnyTopic } from "../pubsub/topic";
import type { ReplicationProps } from "./replication";

/** When a topic is told that a value shall be replaced. Nobody replaces it but who listens to the topic. */
export interface Rotation {
  /** 1h to 100 years (36500d). */
  readonly every: Duration;
  /** The first time, in the future when the secret is made: "2030-01-01T03:00:00Z". Later ones count from it. */
  readonly from: string;
  /** Told of the secret's other changes too, as those of `notify` are. */
  readonly topic: AnyTopic;
}

/** Resource manager's tags are left to `overrides`. */
export interface SecretProps extends ReplicationProps, Overridable<SecretManagerSecretConfig> {
  /** @default the construct's id */
  readonly name?: string;
  /**
   * When a topic is told that the value shall be replaced.
   * @default none: what replaces the values knows when
   * @see https://cloud.google.com/secret-manager/docs/secret-rotation
   */
  readonly rotation?: Rotation;
  /**
   * Topics that are told of every change of the secret and its versions, not of reading. With the rotation's, 10 at most.
   * @default none
   * @see https://cloud.google.com/secret-manager/docs/event-notifications
   */
  readonly notify?: readonly AnyTopic[];
  /**
   * When the secret and all of its values are deleted for good: `{ after: "30d" }` from when it is made, or
   * `{ at: "2030-01-01T00:00:00Z" }`. Between a minute and 100 years away. A condition on the rights (`GrantOptions`)
   * ends its use and can be taken back.
   * @default never
   */
  readonly expiration?: { readonly after: Duration } | { readonly at: string };
  /**
   * How long a version that was destroyed can be brought back, 1d to 1000d.
   * @default not at all: the versions that a stack makes are disabled where the stage keeps its data
   * @see https://cloud.google.com/secret-manager/docs/delay-destruction-of-secret-versions
   */
  readonly destroyDelay?: Duration;
  /**
   * Names of versions by their numbers: `{ live: 3 }`. The versions have to be there: not in a first deployment.
   * @default none
   */
  readonly aliases?: { readonly [alias: string]: number };
  /** Notes for other tools. @default none */
  readonly annotations?: { readonly [name: string]: string };
  /** @default the stack's labels */
  readonly labels?: Labels;
}

const { matches, lasts } = limits("Secret Manager");
const rotationPage = "https://cloud.google.com/secret-manager/docs/secret-rotation";
const expirationPage = "https://cloud.google.com/secret-manager/docs/creating-and-managing-expiring-secrets";
const TOPICS = 10;
const ALIASES = 50;
const ANNOTATIONS_BYTES = 16 * 1024;
const CENTURY: Duration = "36500d";

export const secretRules: Rules<SecretProps> = [
  matches(
    "name",
    /^[A-Za-z0-9_-]{1,255}$/,
    'takes 1 to 255 letters, digits, "_" and "-"',
    "https://cloud.google.com/secret-manager/docs/creating-and-accessing-secrets",
  ),
  labelsRule,
  {
    id: "rotation-range",
    reads: ["rotation"],
    ofTokens: true,
    page: rotationPage,
    broken({ rotation }) {
      const sentence = rotation && notADuration(rotation.every, "1h", CENTURY);
      return sentence && `rotation.every ${sentence("Secret Manager")}`;
    },
  },
  {
    id: "rotation-time",
    reads: ["rotation"],
    page: rotationPage,
    broken: ({ rotation }) => rotation && notATime("rotation.from", rotation.from),
  },
  {
    id: "notify-count",
    reads: [],
    page: "https://cloud.google.com/secret-manager/docs/event-notifications",
    broken(props) {
      const { length } = topicsOf(props);
      return length > TOPICS
        ? `${length} topics are told: Secret Manager tells at most ${TOPICS} of a secret`
        : undefined;
    },
  },
  {
    id: "expiration-range",
    reads: ["expiration"],
    ofTokens: true,
    page: expirationPage,
    broken({ expiration }) {
      const sentence = expiration && "after" in expiration && notADuration(expiration.after, "60s", CENTURY);
      return sentence ? `expiration.after ${sentence("Secret Manager")}` : undefined;
    },
  },
  {
    id: "expiration-time",
    reads: ["expiration"],
    page: expirationPage,
    broken: ({ expiration }) =>
      expiration && "at" in expiration ? notATime("expiration.at", expiration.at) : undefined,
  },
  lasts(
    "destroyDelay",
    "1d",
    "1000d",
    "https://cloud.google.com/secret-manager/docs/delay-destruction-of-secret-versions",
  ),
  {
    id: "aliases-form",
    reads: ["aliases"],
    page: "https://cloud.google.com/secret-manager/docs/assign-alias-to-secret-version",
    broken({ aliases = {} }) {
      const all = Object.entries(aliases);
      if (all.length > ALIASES) return `aliases has ${all.length} names: Secret Manager takes at most ${ALIASES}`;
      for (const [alias, version] of all) {
        if (!/^(?!latest$|NEW$)[A-Za-z][A-Za-z0-9_-]{0,62}$/.test(alias)) {
          return `aliases has "${alias}": Secret Manager takes 1 to 63 letters, digits, "_" and "-", a letter first, and neither "latest" nor "NEW"`;
        }
        if (!Number.isInteger(version) || version < 1) return `aliases.${alias} is ${version}: versions count from 1`;
      }
      return undefined;
    },
  },
  {
    id: "annotations-form",
    reads: ["annotations"],
    page: "https://cloud.google.com/secret-manager/docs/creating-and-managing-annotations",
    broken({ annotations = {} }) {
      const all = Object.entries(annotations);
      const wrong = all.find(([name]) => !/^[a-z0-9A-Z]([a-z0-9A-Z_.-]{0,61}[a-z0-9A-Z])?$/.test(name));
      if (wrong) {
        return `annotations has "${wrong[0]}": Secret Manager takes 1 to 63 letters, digits and "-_.", a letter or digit first and last`;
      }
      const bytes = Buffer.byteLength(all.flat().join(""));
      return bytes < ANNOTATIONS_BYTES
        ? undefined
        : `annotations is ${bytes} bytes: Secret Manager takes less than ${ANNOTATIONS_BYTES}`;
    },
  },
];

/** All topics that are told, each once. */
export const topicsOf = ({ rotation, notify = [] }: Pick<SecretProps, "rotation" | "notify">): readonly AnyTopic[] => [
  ...new Set(rotation === undefined ? notify : [rotation.topic, ...notify]),
];

/** RFC 3339, in UTC and of a day that there is. */
function notATime(what: string, text: string): string | undefined {
  const day = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/.exec(text)?.[1];
  const time = new Date(text);
  if (day !== undefined && !Number.isNaN(time.getTime()) && time.toISOString().startsWith(day)) return undefined;
  return `${what} is "${text}": write a time of UTC, as in "2030-01-01T03:00:00Z"`;
}
