import { BigqueryTable } from "@cdktf/provider-google/lib/bigquery-table";
import { Construct } from "constructs";
import { make } from "../core/make";
import { check } from "../core/rules";
import { literal, snake } from "../core/text";
import type { AnyDataset } from "./dataset";
import { tableName } from "./table-props";

export interface ViewProps {
  readonly dataset: AnyDataset;
  /** @default the construct's id, with "_" for what a name may not have */
  readonly name?: string;
  /** GoogleSQL. Name tables by their path, in backticks, and the view comes after them. */
  readonly query: string;
  /** @default none */
  readonly description?: string;
}

/**
 * A view: a query that is read like a table.
 * @throws InvalidProps
 */
export class View extends Construct {
  readonly resource: BigqueryTable;
  readonly name: string;

  constructor(scope: Construct, id: string, props: ViewProps) {
    super(scope, id);
    const { dataset } = props;
    this.name = props.name ?? snake(id);
    check(this, { name: this.name }, [tableName]);
    this.resource = make(this, "resource", BigqueryTable, `${dataset.key}-${this.name}`, {
      project: dataset.project,
      datasetId: dataset.name,
      tableId: this.name,
      description: props.description,
      view: { query: literal(props.query), useLegacySql: false },
      // It holds nothing.
      deletionProtection: false,
    });
  }
}
