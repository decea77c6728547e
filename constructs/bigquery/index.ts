/** BigQuery: `data-journey/bigquery`. */
export { Dataset, type AnyDataset, type DatasetProps } from "./dataset";
export { Table, type AnyTable, type ExistingTableProps } from "./table";
export type { TableColumns, TablePartition, TableProps } from "./table-props";
export { View, type ViewProps } from "./view";
