import {
  BigqueryDataTransferConfig,
  type BigqueryDataTransferConfigConfig,
} from "@cdktf/provider-google/lib/bigquery-data-transfer-config";
import { Construct } from "constructs";
import { encryptionOf, type Encrypted } from "../core/encryption";
import { granted, type Grant } from "../core/grants";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { keyPlace, sameLocation } from "../core/places";
import { settled } from "../core/propagation";
import { check, isWaived, type Rules } from "../core/rules";
import { serviceAgent } from "../core/service-agents";
import { Site } from "../core/site";
import { literal } from "../core/text";
import { uses } from "../core/uses";
import { warn } from "../core/warn";
import { grantOnProject } from "../iam/project-grant";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import type { AnyTopic } from "../pubsub/topic";
import type { AnyDataset } from "./dataset";
import { queries } from "./journey-rules";
import { queryRule } from "./query-size";
import type { Relation } from "./relation";
import { isOnTheHour, scheduleRule } from "./schedule";
import type { AnyTable } from "./table";

/**
 * What `overrides` is for: mails to whoever owns the query, which an account is not, and tables of many days at once.
 */
export interface ScheduledQueryProps extends Encrypted, Overridable<BigqueryDataTransferConfigConfig> {
  /** As the console shows it. @default the construct's id */
  readonly name?: string;
  /**
   * GoogleSQL, with @run_time and @run_date for when it was to run. Name tables by their path, in backticks.
   * @see https://cloud.google.com/bigquery/docs/scheduling-queries#query_parameters
   */
  readonly query: string;
  /**
   * In UTC: "every 15 minutes", "every day 08:57", "1st,3rd monday of month 15:33". "manual": when somebody asks. Not on
   * the full hour, at which it may be run twice.
   * @see https://cloud.google.com/appengine/docs/flexible/scheduling-jobs-with-cron-yaml#schedule_format
   */
  readonly schedule: string;
  /**
   * What it reads: its account is given the right.
   * @default nothing, and the rights are yours to give: table.grantRead(scheduled.identity)
   */
  readonly reads?: readonly Relation[];
  /**
   * Where its rows go: a table, or one that is made for each run, `{ dataset, table: "clicks_{run_date}" }`.
   * @default nowhere: the query says it itself, as INSERT and MERGE do, and its account is given the right by you
   * @see https://cloud.google.com/bigquery/docs/scheduling-queries#destination_table
   */
  readonly into?: AnyTable | RunTables;
  /** Whether rows come beside those that are there, or in their place. @default "append" */
  readonly write?: "append" | "truncate";
  /** Where it runs: where its tables are. @default that of what it writes into, or the stack's region */
  readonly location?: string;
  /** Runs as this account. @default one of its own */
  readonly identity?: AnyServiceAccount;
  /** Is told of each run that ended. @default none */
  readonly notify?: AnyTopic;
  /** Not before: "2025-01-31T00:00:00Z". @default at once */
  readonly start?: string;
  /** Not after. @default for ever */
  readonly end?: string;
  /** Keeps it and does not run it. @default false */
  readonly disabled?: boolean;
}

/** Tables that a query makes by itself. */
interface RunTables {
  readonly dataset: AnyDataset;
  /** With {run_date} and {run_time|"%Y%m%d"} in it. */
  readonly table: string;
}

const page = "https://cloud.google.com/bigquery/docs/scheduling-queries";
const LONGEST_NAME = 1_024;

const rules: Rules<ScheduledQueryProps & { readonly keyId?: string }> = [
  {
    id: "name-form",
    reads: ["name"],
    page,
    broken: ({ name = "" }) =>
      name.trim() === "" || name.length > LONGEST_NAME
        ? `name has ${name.length} characters: BigQuery takes 1 to ${LONGEST_NAME}`
        : undefined,
  },
  queryRule,
  scheduleRule,
  {
    id: "write-into",
    reads: ["write", "into"],
    page: `${page}#destination_table`,
    broken: ({ write, into }) =>
      write !== undefined && into === undefined
        ? `write is "${write}" and nothing says where: into, or a query that writes by itself`
        : undefined,
  },
  {
    id: "location-into",
    reads: ["location", "into"],
    page: "https://cloud.google.com/bigquery/docs/dts-locations",
    broken: ({ location, into }) =>
      location === undefined || into?.dataset.location === undefined || sameLocation(location, into.dataset.location)
        ? undefined
        : `location is "${location}", and what it writes into lies in ${into.dataset.location}: leave it away`,
  },
  {
    id: "start-end",
    reads: ["start", "end"],
    page: `${page}#set_up_scheduled_queries`,
    broken({ start, end }) {
      const wrong = Object.entries({ start, end }).find(([, time]) => time !== undefined && !isTime(time));
      if (wrong) return `${wrong[0]} is "${wrong[1]}": write a time, as in "2025-01-31T00:00:00Z"`;
      return start !== undefined && end !== undefined && Date.parse(start) >= Date.parse(end)
        ? `start is ${start} and end ${end}: it would never run`
        : undefined;
    },
  },
  keyPlace,
];

const isTime = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(text) && !Number.isNaN(Date.parse(text));

/**
 * A query that is run by the clock. BigQuery's Data Transfer Service runs it, as an account that may read what it reads
 * and write what it writes, and nothing else.
 * @throws InvalidProps
 * @see https://cloud.google.com/bigquery/docs/scheduling-queries
 */
export class ScheduledQuery extends Construct {
  readonly resource: BigqueryDataTransferConfig;
  /** As whom it runs. */
  readonly identity: AnyServiceAccount;

  constructor(scope: Construct, id: string, props: ScheduledQueryProps) {
    super(scope, id);
    const { settings } = Site.of(this);
    const { name: key = id, query, schedule, into, notify } = props;
    const dataset = into?.dataset;
    const location = props.location ?? dataset?.location ?? settings.region;
    const name = physicalName(this, key);
    const keyId = props.encryptionKey?.keyId ?? settings.encryptionKey;
    check(this, { ...props, name, location, keyId }, rules);
    this.identity = props.identity ?? new ServiceAccount(this, "identity", { name: accountName(key) });
    this.warnOfHours(props);
    const grants = this.grants(key, props);
    const encryption = encryptionOf(this, ["bigquery"], props, location);
    const ready = settled(this, `scheduled-query-${key}`, () => [
      ...granted(this.identity)(),
      ...grants.flatMap((grant) => [...grant.waits()]),
    ]);
    this.resource = make(
      this,
      "resource",
      BigqueryDataTransferConfig,
      key,
      {
        displayName: name,
        dataSourceId: "scheduled_query",
        project: dataset?.project,
        location,
        destinationDatasetId: dataset?.name,
        schedule: schedule === "manual" ? undefined : schedule,
        scheduleOptions: options(props),
        params: {
          query: literal(query),
          ...(into && {
            destination_table_name_template: "table" in into ? into.table : into.name,
            write_disposition: props.write === "truncate" ? "WRITE_TRUNCATE" : "WRITE_APPEND",
          }),
        },
        serviceAccountName: this.identity.email,
        notificationPubsubTopic: notify?.path,
        disabled: props.disabled,
        encryptionConfiguration: encryption.key === undefined ? undefined : { kmsKeyName: encryption.key },
        ...props.overrides,
      },
      () => [...ready(), ...encryption.waits()],
    );
    uses.tell(this, { member: this.identity.member, where: "query", text: query });
    queries.tell(this, { text: query, dataset: dataset?.fullName, location, checked: false });
  }

  /** All that it needs, by as little as Google has of it. */
  private grants(key: string, { reads = [], into, notify }: ScheduledQueryProps): Grant[] {
    const { identity } = this;
    grantOnProject("roles/bigquery.jobUser", identity, { why: "runs its query" });
    for (const relation of reads) {
      relation.grantRead(identity, { why: "reads it in its query" });
      uses.tell(this, { member: identity.member, where: "reads", text: relation.fullName });
    }
    if (into !== undefined) {
      const target = "table" in into ? into.dataset : into;
      target.grantWrite(identity, { why: "writes the rows of its query" });
      uses.tell(this, { member: identity.member, where: "into", text: target.fullName });
    }
    const agent = serviceAgent(this, "bigquery-data-transfer");
    return [
      identity.grantTokenCreator(agent, { why: `runs the scheduled query ${key} in its name` }),
      ...(notify ? [notify.grantPublish(agent, { why: `tells of the runs of ${key}` })] : []),
    ];
  }

  /** Rows that come beside others would come twice. */
  private warnOfHours({ schedule, write = "append" }: ScheduledQueryProps): void {
    if (write === "truncate" || !isOnTheHour(schedule) || isWaived(this, "schedule-hour")) return;
    warn(
      this,
      `schedule is "${schedule}": on the full hour, a query may be run twice, and its rows be there twice. Take another minute, such as :57 [schedule-hour] (${page}#limitations)`,
    );
  }
}

function options({ schedule, start, end }: ScheduledQueryProps): BigqueryDataTransferConfigConfig["scheduleOptions"] {
  const disableAutoScheduling = schedule === "manual" ? true : undefined;
  if (disableAutoScheduling === undefined && start === undefined && end === undefined) return undefined;
  return { disableAutoScheduling, startTime: start, endTime: end };
}
