import type { PubsubTopicIngestionDataSourceSettings } from "@cdktf/provider-google/lib/pubsub-topic";
import type { Construct } from "constructs";
import { settled } from "../core/propagation";
import type { Rules } from "../core/rules";
import { serviceAgent } from "../core/service-agents";
import type { Waits } from "../core/waits";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import type { AnyBucket } from "../storage/bucket";

interface Logged {
  /**
   * From which severity on it is written down what could not be taken in.
   * @default "warning": what cannot be read is passed over, and nothing else tells of it
   */
  readonly logs?: "debug" | "info" | "warning" | "error" | "off";
}

/** Objects of a bucket, once each, as they come. */
export interface CloudStorageIngestion extends Logged {
  readonly bucket: AnyBucket;
  /**
   * How an object becomes messages. "text": a message for each line; another `delimiter` than the end of a line can be
   * given. "avro": the whole object is one message. "pubsub-avro": the messages that a CloudStorageSubscription wrote.
   * @default "text"
   */
  readonly format?: "text" | "avro" | "pubsub-avro" | { readonly delimiter: string };
  /** Which objects: "clicks/*.json". "*" is any name, "**" any folders. @default all */
  readonly files?: string;
  /** Only what was made then or later: "2026-01-01T00:00:00Z". @default all */
  readonly createdSince?: string;
}

/** What another cloud lets a Google account read: it trusts that account's tokens. */
interface Federated extends Logged {
  /**
   * The account that the other cloud trusts. AWS names it by its number: `topic.ingestsAs.resource.uniqueId`.
   * @default one of its own
   */
  readonly identity?: AnyServiceAccount;
}

/** @see https://cloud.google.com/pubsub/docs/create-aws-kinesis-import-topic */
export interface KinesisIngestion extends Federated {
  readonly kinesis: {
    /** arn:aws:kinesis:REGION:ACCOUNT:stream/NAME */
    readonly stream: string;
    /** A consumer with enhanced fan-out: arn:aws:kinesis:REGION:ACCOUNT:stream/NAME/consumer/NAME:TIME */
    readonly consumer: string;
    /** What the account becomes in AWS: arn:aws:iam::ACCOUNT:role/NAME */
    readonly role: string;
  };
}

/** @see https://cloud.google.com/pubsub/docs/create-aws-msk-import-topic */
export interface MskIngestion extends Federated {
  readonly msk: {
    /** arn:aws:kafka:REGION:ACCOUNT:cluster/NAME/UUID */
    readonly cluster: string;
    readonly topic: string;
    /** What the account becomes in AWS: arn:aws:iam::ACCOUNT:role/NAME */
    readonly role: string;
  };
}

/** @see https://cloud.google.com/pubsub/docs/create-azure-event-hubs-import-topic */
export interface EventHubsIngestion extends Federated {
  readonly eventHubs: {
    /** The id of the Azure subscription. */
    readonly subscription: string;
    readonly resourceGroup: string;
    readonly namespace: string;
    readonly eventHub: string;
    /** The id of the directory. */
    readonly tenant: string;
    /** The id of the application that trusts the account. */
    readonly client: string;
  };
}

/** @see https://cloud.google.com/pubsub/docs/create-confluent-cloud-import-topic */
export interface ConfluentIngestion extends Federated {
  readonly confluent: {
    /** "pkc-1a2b3.europe-west1.gcp.confluent.cloud:9092" */
    readonly bootstrapServer: string;
    /** "lkc-1a2b3c" */
    readonly cluster: string;
    readonly topic: string;
    /** "pool-1a2b" */
    readonly identityPool: string;
  };
}

/** What is published to a topic by Pub/Sub itself. */
export type Ingestion =
  | CloudStorageIngestion
  | KinesisIngestion
  | MskIngestion
  | EventHubsIngestion
  | ConfluentIngestion;

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const role = [/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, "arn:aws:iam::ACCOUNT:role/NAME"] as const;
const uuid = [
  /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i,
  "an id such as 6ba7b810-9dad-11d1-80b4-00c04fd430c8",
] as const;

type Form = readonly [form: RegExp, says: string];

/** Of what is text and has a form. Terraform's provider looks at none of it. */
const forms: { readonly [source: string]: { readonly [option: string]: Form } } = {
  kinesis: {
    stream: [/^arn:aws[a-z-]*:kinesis:[a-z\d-]+:\d{12}:stream\/[^/]+$/, "arn:aws:kinesis:REGION:ACCOUNT:stream/NAME"],
    consumer: [
      /^arn:aws[a-z-]*:kinesis:[a-z\d-]+:\d{12}:stream\/[^/]+\/consumer\/[^/]+:\d+$/,
      "arn:aws:kinesis:REGION:ACCOUNT:stream/NAME/consumer/NAME:TIME",
    ],
    role,
  },
  msk: {
    cluster: [
      /^arn:aws[a-z-]*:kafka:[a-z\d-]+:\d{12}:cluster\/[^/]+\/[^/]+$/,
      "arn:aws:kafka:REGION:ACCOUNT:cluster/NAME/UUID",
    ],
    role,
  },
  eventHubs: { subscription: uuid, tenant: uuid, client: uuid },
  confluent: { bootstrapServer: [/^[a-z\d.-]+:\d{1,5}$/i, "a host and a port, without https://"] },
};

export const ingestionRules: Rules<{ readonly ingestion?: Ingestion }> = [
  {
    id: "ingestion-form",
    reads: ["ingestion"],
    page: "https://cloud.google.com/pubsub/docs/import-topics",
    broken({ ingestion = {} }) {
      for (const [source, options] of Object.entries(forms)) {
        const given: unknown = Reflect.get(ingestion, source);
        if (typeof given !== "object" || given === null) continue;
        for (const [option, [form, says]] of Object.entries(options)) {
          const value = String(Reflect.get(given, option));
          if (!form.test(value)) return `ingestion.${source}.${option} is "${value}": write ${says}`;
        }
      }
      return undefined;
    },
  },
  {
    id: "ingestion-objects",
    reads: ["ingestion"],
    page: "https://cloud.google.com/pubsub/docs/create-cloud-storage-import-topic",
    broken({ ingestion }) {
      if (ingestion === undefined || !("bucket" in ingestion)) return undefined;
      const { createdSince, format, files } = ingestion;
      if (createdSince !== undefined && !isTime(createdSince)) {
        return `ingestion.createdSince is "${createdSince}": write a time as 2026-01-01T00:00:00Z`;
      }
      if (typeof format === "object" && format.delimiter === "") {
        return 'ingestion.format.delimiter is empty: leave it away for one line a message ("text")';
      }
      return files === "" ? 'ingestion.files is empty: leave it away for all objects, or write "clicks/**"' : undefined;
    },
  },
];

const isTime = (text: string): boolean => TIMESTAMP.test(text) && !Number.isNaN(Date.parse(text));

/** What a topic needs to take in what others have. */
interface Ingesting {
  readonly settings: PubsubTopicIngestionDataSourceSettings;
  readonly waits: Waits;
  /** The account that another cloud trusts. */
  readonly identity: AnyServiceAccount | undefined;
}

/** Gives the rights that Pub/Sub's agent needs where the data is. That it may publish comes after the topic. */
export function ingest(topic: Construct, key: string, ingestion: Ingestion): Ingesting {
  const { logs = "warning" } = ingestion;
  const platformLogsSettings = { severity: logs === "off" ? "DISABLED" : logs.toUpperCase() };
  if ("bucket" in ingestion) {
    return {
      settings: { platformLogsSettings, cloudStorage: cloudStorage(ingestion) },
      waits: mayRead(topic, key, ingestion.bucket),
      identity: undefined,
    };
  }
  const identity =
    ingestion.identity ?? new ServiceAccount(topic, "ingestion", { name: accountName(`${key}-ingestion`) });
  const token = identity.grantTokenCreator(serviceAgent(topic, "pubsub"), {
    why: `makes the token by which ${key} reads another cloud`,
  });
  return {
    settings: { platformLogsSettings, ...federated(ingestion, identity.email) },
    waits: token.waits,
    identity,
  };
}

/** It lists the bucket and reads its objects; whether it may is looked at when the topic is made. */
function mayRead(topic: Construct, key: string, bucket: AnyBucket): Waits {
  const agent = serviceAgent(topic, "pubsub");
  const why = { why: `takes objects into ${key}` };
  const rights = [bucket.grantRead(agent, why), bucket.grant("roles/storage.legacyBucketReader", agent, why)];
  return settled(topic, `${key}-ingestion`, () => rights.flatMap((right) => [...right.waits()]));
}

function cloudStorage({ bucket, format = "text", files, createdSince }: CloudStorageIngestion) {
  return {
    bucket: bucket.name,
    // An empty block is none to Terraform's provider, hence the delimiter.
    textFormat: format === "text" ? { delimiter: "\n" } : typeof format === "object" ? format : undefined,
    avroFormat: format === "avro" ? {} : undefined,
    pubsubAvroFormat: format === "pubsub-avro" ? {} : undefined,
    matchGlob: files,
    minimumObjectCreateTime: createdSince,
  };
}

function federated(
  ingestion: Exclude<Ingestion, CloudStorageIngestion>,
  gcpServiceAccount: string,
): PubsubTopicIngestionDataSourceSettings {
  if ("kinesis" in ingestion) {
    const { stream, consumer, role: awsRoleArn } = ingestion.kinesis;
    return { awsKinesis: { streamArn: stream, consumerArn: consumer, awsRoleArn, gcpServiceAccount } };
  }
  if ("msk" in ingestion) {
    const { cluster, topic, role: awsRoleArn } = ingestion.msk;
    return { awsMsk: { clusterArn: cluster, topic, awsRoleArn, gcpServiceAccount } };
  }
  if ("eventHubs" in ingestion) {
    const { subscription, resourceGroup, namespace, eventHub, tenant, client } = ingestion.eventHubs;
    return {
      azureEventHubs: {
        subscriptionId: subscription,
        resourceGroup,
        namespace,
        eventHub,
        tenantId: tenant,
        clientId: client,
        gcpServiceAccount,
      },
    };
  }
  const { bootstrapServer, cluster, topic, identityPool } = ingestion.confluent;
  return {
    confluentCloud: { bootstrapServer, clusterId: cluster, topic, identityPoolId: identityPool, gcpServiceAccount },
  };
}
