import type { Construct } from "constructs";
import { milliseconds, seconds, type Duration } from "../../pipeline/duration";
import { notADuration } from "../core/limits";
import { settled } from "../core/propagation";
import type { Rules } from "../core/rules";
import { uses } from "../core/uses";
import type { AnyServiceAccount } from "../iam/service-account";
import type { AnyBucket } from "../storage/bucket";
import { Subscription, type Delivery } from "./subscription";
import type { SubscriptionProps } from "./subscription-props";
import { Topic } from "./topic";
import { writerOf } from "./writer";

export interface CloudStorageSubscriptionProps extends SubscriptionProps {
  readonly bucket: AnyBucket;
  /** What names of objects begin with: "clicks/". After it come the time and an id. @default nothing */
  readonly prefix?: string;
  /** What names of objects end with: ".avro". @default nothing */
  readonly suffix?: string;
  /**
   * How the time stands in a name, in UTC: "YYYY-MM-DD/hh_mm_ssZ" makes a folder for each day. Year (YYYY or YY), MM,
   * DD, hh, mm and ss, each once at most; other letters than T and Z have no meaning.
   * @default "YYYY-MM-DDThh:mm:ssZ", as Google does
   * @see https://cloud.google.com/pubsub/docs/create-cloudstorage-subscription#file_names
   */
  readonly datetimeFormat?: string;
  /**
   * "text": a line for each message, without its attributes. "avro": a record for each, with its attributes, id and time
   * where `metadata` is true, and by the topic's schema where `topicSchema` is.
   * @default "text"
   */
  readonly format?:
    | "text"
    | "avro"
    | { readonly avro: { readonly metadata?: boolean; readonly topicSchema?: boolean } };
  /**
   * When a file is full, and the next one is begun: after so long, 1m to 10m and not longer than `ackDeadline`; at so many
   * bytes, 1,000 to 10 GiB; at so many messages, 1,000 or more. Whatever comes first.
   * @default after "5m", as Google does, whatever is in it
   */
  readonly file?: { readonly duration?: Duration; readonly bytes?: number; readonly messages?: number };
  /** The account that writes. @default Pub/Sub's own agent, which needs no other rights than those on the bucket */
  readonly as?: AnyServiceAccount;
}

const page = "https://cloud.google.com/pubsub/docs/cloudstorage";
const DURATION: Duration = "5m";
/** The longest there is: messages are acknowledged when their file is finished. */
const ACK_DEADLINE: Duration = "600s";
const GIB = 1024 ** 3;

/** Of a file: the fewest that fill it, and the most. */
const sizes = { bytes: [1_000, 10 * GIB], messages: [1_000, Number.MAX_SAFE_INTEGER] } as const;

const rules: Rules<CloudStorageSubscriptionProps> = [
  {
    id: "file-size",
    reads: ["file"],
    page,
    broken({ file = {} }) {
      for (const name of ["bytes", "messages"] as const) {
        const value = file[name];
        const [low, high] = sizes[name];
        if (value === undefined || (Number.isInteger(value) && value >= low && value <= high)) continue;
        return `file.${name} is ${value}: Pub/Sub takes ${low} to ${high}`;
      }
      return undefined;
    },
  },
  {
    id: "file-duration",
    reads: ["file"],
    ofTokens: true,
    page,
    broken({ file = {}, ackDeadline = ACK_DEADLINE }) {
      const { duration = DURATION } = file;
      const sentence = notADuration(duration, "1m", "10m");
      if (sentence) return `file.duration ${sentence("Pub/Sub")}`;
      return notADuration(ackDeadline, "10s", "600s") === undefined &&
        milliseconds(duration) > milliseconds(ackDeadline)
        ? `file.duration is "${duration}", longer than ackDeadline, which is "${ackDeadline}": messages would come again before their file is finished`
        : undefined;
    },
  },
  {
    id: "suffix-form",
    reads: ["suffix"],
    page: `${page}#file_names`,
    broken: ({ suffix = "" }) =>
      suffix.endsWith("/")
        ? `suffix is "${suffix}": an object whose name ends with "/" is taken for a folder`
        : undefined,
  },
  {
    id: "prefix-form",
    reads: ["prefix"],
    page: "https://cloud.google.com/storage/docs/objects#naming",
    broken: ({ prefix = "" }) =>
      /^\/|^gs:|[\r\n]/.test(prefix)
        ? `prefix is ${JSON.stringify(prefix)}: names of objects begin with a letter or a digit, as in "clicks/"`
        : undefined,
  },
  {
    id: "datetimeFormat-form",
    reads: ["datetimeFormat"],
    page: "https://cloud.google.com/pubsub/docs/create-cloudstorage-subscription#file_names",
    broken({ datetimeFormat }) {
      const says = datetimeFormat === undefined ? undefined : notADatetimeFormat(datetimeFormat);
      return says && `datetimeFormat is "${datetimeFormat}": ${says}`;
    },
  },
  {
    id: "format-schema",
    reads: ["format"],
    page,
    broken: ({ topic, format }) =>
      avroOf(format)?.topicSchema === true && topic instanceof Topic && topic.schema === undefined
        ? `format.avro.topicSchema is true, and the topic ${topic.key} has no schema: give it one`
        : undefined,
  },
];

const MATCHERS = /YYYY|YY|MM|DD|hh|mm|ss/g;

function notADatetimeFormat(format: string): string | undefined {
  const matchers = (format.match(MATCHERS) ?? []).map((matcher) => (matcher === "YY" ? "YYYY" : matcher));
  const again = matchers.find((matcher, index) => matchers.indexOf(matcher) < index);
  if (again !== undefined) return `Pub/Sub takes ${again} once`;
  const [other] = /[a-zA-SU-Y%]/.exec(format.replace(MATCHERS, "")) ?? [];
  if (other !== undefined) return `Pub/Sub knows YYYY, YY, MM, DD, hh, mm, ss, T and Z, and not "${other}"`;
  return matchers.length === 0 ? "it has no time in it: write YYYY-MM-DD/hh_mm_ssZ" : undefined;
}

/**
 * Messages that Pub/Sub writes into files, at least once each. It writes as its service agent, or as an account of
 * yours, and is refused at creation until that one's rights are obeyed.
 * @throws InvalidProps
 * @see https://cloud.google.com/pubsub/docs/cloudstorage
 */
export class CloudStorageSubscription extends Subscription<CloudStorageSubscriptionProps> {
  constructor(scope: Construct, id: string, props: CloudStorageSubscriptionProps) {
    super(scope, id, props, write(scope, id, props));
    const { as, bucket } = props;
    if (as) uses.tell(this, { member: as.member, where: "bucket", text: bucket.name });
  }
}

const avroOf = (format: CloudStorageSubscriptionProps["format"]) =>
  format === "avro" ? {} : typeof format === "object" ? format.avro : undefined;

function write(
  scope: Construct,
  id: string,
  { name = id, bucket, prefix, suffix, datetimeFormat, format, file, as }: CloudStorageSubscriptionProps,
): Delivery<CloudStorageSubscriptionProps> {
  const writer = writerOf(scope, name, as);
  const why = { why: `writes what ${name} delivers` };
  // It never reads what it wrote: it makes objects, and looks at the bucket.
  const rights = [
    bucket.grantWrite(writer.identity, why),
    bucket.grant("roles/storage.legacyBucketReader", writer.identity, why),
  ];
  const avro = avroOf(format);
  return {
    how: "storage",
    rules,
    ackDeadline: ACK_DEADLINE,
    into: bucket.fullName,
    config: {
      cloudStorageConfig: {
        bucket: bucket.name,
        filenamePrefix: prefix,
        filenameSuffix: suffix,
        filenameDatetimeFormat: datetimeFormat,
        maxDuration: file?.duration && seconds(file.duration),
        maxBytes: file?.bytes,
        maxMessages: file?.messages,
        // Without a word in it, a block is none to Terraform's provider.
        avroConfig: avro && { writeMetadata: avro.metadata ?? false, useTopicSchema: avro.topicSchema },
        serviceAccountEmail: as?.email,
      },
    },
    waits: settled(scope, name, () => [...writer.waits(), ...rights.flatMap((right) => [...right.waits()])]),
  };
}
