import { BigqueryTable, type BigqueryTableConfig } from "@cdktf/provider-google/lib/bigquery-table";
import type { Construct } from "constructs";
import type { Policy } from "../core/grants";
import { make } from "../core/make";
import type { Overridable } from "../core/overridable";
import { check, type Rules } from "../core/rules";
import { literal, snake } from "../core/text";
import type { AnyDataset } from "./dataset";
import { queries } from "./journey-rules";
import { queryRule } from "./query-size";
import { pathAndPolicy, Relation, relationConfig, relationRules, type RelationProps } from "./relation";

/** What `overrides` is for: descriptions and policy tags of a view's columns (`schema`). */
export interface ViewProps extends RelationProps, Overridable<BigqueryTableConfig> {
  /** GoogleSQL. Name tables by their path, in backticks, and the view comes after them. */
  readonly query: string;
}

const rules: Rules<ViewProps> = [...relationRules, queryRule];

/**
 * A view: a query that is read like a table. Who reads it needs a right on it and on what it reads, unless what it reads
 * lets the view read in its own name: `dataset.authorizeView(view)`.
 * @throws InvalidProps
 * @see https://cloud.google.com/bigquery/docs/views-intro
 */
export class View extends Relation {
  readonly resource: BigqueryTable;
  readonly name: string;
  readonly dataset: AnyDataset;
  readonly path: string;
  readonly columns = undefined;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: ViewProps) {
    super(scope, id);
    const { dataset, query } = props;
    this.name = props.name ?? snake(id);
    this.dataset = dataset;
    check(this, { ...props, name: this.name }, rules);
    this.resource = make(this, "resource", BigqueryTable, this.key, {
      ...relationConfig(this, props),
      view: { query: literal(query), useLegacySql: false },
      // It holds nothing.
      deletionProtection: false,
      ...props.overrides,
    });
    const { path, policy } = pathAndPolicy(this, "grantRead", { resource: this.resource });
    this.path = path;
    this.policy = policy;
    queries.tell(this, { text: query, dataset: dataset.fullName, view: this.fullName, checked: true });
  }
}
