import { BigqueryTable, type BigqueryTableConfig } from "@cdktf/provider-google/lib/bigquery-table";
import type { Construct } from "constructs";
import { milliseconds, type Duration } from "../../pipeline/duration";
import { ANYWHERE, encryptionOf, type Encrypted } from "../core/encryption";
import type { Policy } from "../core/grants";
import { notADuration } from "../core/limits";
import { make } from "../core/make";
import type { Overridable } from "../core/overridable";
import { keyPlace } from "../core/places";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { literal, snake } from "../core/text";
import type { AnyDataset } from "./dataset";
import { queries } from "./journey-rules";
import { bigquery, interval } from "./limits";
import { partitioning, type TablePartition } from "./partition";
import { queryRule } from "./query-size";
import { pathAndPolicy, Relation, relationConfig, relationRules, type RelationProps } from "./relation";

export interface MaterializedViewProps extends RelationProps, Encrypted, Overridable<BigqueryTableConfig> {
  /**
   * GoogleSQL that BigQuery can bring up to date without reading everything again: filters, some joins, aggregates. It
   * can never be changed: another query is another view, made anew.
   * @see https://cloud.google.com/bigquery/docs/materialized-views-create#query_limitations
   */
  readonly query: string;
  /**
   * How often its rows are brought up to date at most, 1m to 7d; "manual": when somebody asks. What is read is up to date
   * in any case, by reading what is new, unless `maxStaleness` says otherwise.
   * @default "30m", as Google does
   */
  readonly refresh?: Duration | "manual";
  /**
   * How old what is read may be: younger rows are not looked for.
   * @default "0s"
   * @see https://cloud.google.com/bigquery/docs/materialized-views-create#max_staleness
   */
  readonly maxStaleness?: Duration;
  /**
   * Takes queries that have to be run as a whole again at each refresh, outer joins or windows for example. Needs
   * `maxStaleness`, and can never be changed.
   * @default false
   */
  readonly nonIncremental?: boolean;
  /** As what it reads is divided. @default none */
  readonly partition?: TablePartition;
  /** At most 4 columns whose values lie together. @default none */
  readonly clustering?: readonly string[];
}

const page = "https://cloud.google.com/bigquery/docs/materialized-views-create";
const MOST_CLUSTERING_COLUMNS = 4;

const rules: Rules<MaterializedViewProps & { readonly location?: string; readonly keyId?: string }> = [
  ...relationRules,
  queryRule,
  {
    id: "refresh-range",
    reads: ["refresh"],
    ofTokens: true,
    page: "https://cloud.google.com/bigquery/docs/materialized-views-manage#frequency_cap",
    broken({ refresh }) {
      if (refresh === undefined || refresh === "manual") return undefined;
      const sentence = notADuration(refresh, "1m", "7d");
      return sentence && `refresh ${sentence("BigQuery")}, or "manual"`;
    },
  },
  bigquery.lasts("maxStaleness", "0s", "36500d", `${page}#max_staleness`),
  {
    id: "nonIncremental-maxStaleness",
    reads: ["nonIncremental", "maxStaleness"],
    page: `${page}#non-incremental`,
    broken: ({ nonIncremental, maxStaleness }) =>
      nonIncremental === true && maxStaleness === undefined
        ? "nonIncremental needs maxStaleness: such a view is only as young as its last refresh"
        : undefined,
  },
  {
    id: "clustering",
    reads: ["clustering"],
    page: "https://cloud.google.com/bigquery/docs/clustered-tables",
    broken: ({ clustering = [] }) =>
      clustering.length > MOST_CLUSTERING_COLUMNS
        ? `clustering has ${clustering.length} columns: BigQuery takes at most ${MOST_CLUSTERING_COLUMNS}`
        : undefined,
  },
  keyPlace,
];

/**
 * A view whose rows are kept, and brought up to date by BigQuery. It holds nothing that cannot be had again.
 * @throws InvalidProps
 * @see https://cloud.google.com/bigquery/docs/materialized-views-intro
 */
export class MaterializedView extends Relation {
  readonly resource: BigqueryTable;
  readonly name: string;
  readonly dataset: AnyDataset;
  readonly path: string;
  readonly columns = undefined;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: MaterializedViewProps) {
    super(scope, id);
    const { dataset, query, refresh, maxStaleness } = props;
    this.name = props.name ?? snake(id);
    this.dataset = dataset;
    const keyId = props.encryptionKey?.keyId ?? Site.of(this).settings.encryptionKey;
    check(this, { ...props, name: this.name, location: dataset.location, keyId }, rules);
    const encryption = encryptionOf(this, ["bigquery"], props, dataset.location ?? ANYWHERE);
    this.resource = make(
      this,
      "resource",
      BigqueryTable,
      this.key,
      {
        ...relationConfig(this, props),
        materializedView: {
          query: literal(query),
          enableRefresh: refresh === "manual" ? false : undefined,
          refreshIntervalMs: refresh === undefined || refresh === "manual" ? undefined : milliseconds(refresh),
          allowNonIncrementalDefinition: props.nonIncremental,
        },
        maxStaleness: maxStaleness && interval(maxStaleness),
        ...partitioning(props.partition),
        clustering: props.clustering && [...props.clustering],
        encryptionConfiguration: encryption.key === undefined ? undefined : { kmsKeyName: encryption.key },
        deletionProtection: false,
        ...props.overrides,
      },
      encryption.waits,
    );
    const { path, policy } = pathAndPolicy(this, "grantRead", { resource: this.resource });
    this.path = path;
    this.policy = policy;
    queries.tell(this, { text: query, dataset: dataset.fullName, view: this.fullName, checked: true });
  }
}
