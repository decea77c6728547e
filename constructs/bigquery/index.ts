/** BigQuery: `data-journey/bigquery`. */
export { Connection, type AnyConnection, type ConnectionProps, type ExistingConnectionProps } from "./connection";
export { Dataset, type AnyDataset, type ExistingDatasetProps } from "./dataset";
export type { DatasetProps } from "./dataset-props";
export { ExternalTable } from "./external-table";
export type { BigLake, ExternalTableProps, FolderPartition } from "./external-table-props";
export type { AvroFiles, CsvFiles, FileFormat, JsonFiles, OrcFiles, ParquetFiles } from "./file-format";
export { JavaScriptFunction, type JavaScriptFunctionProps } from "./javascript-function";
export type { ResourceTags } from "./limits";
export { MaterializedView, type MaterializedViewProps } from "./materialized-view";
export type { RangePartition, TablePartition, TimePartition } from "./partition";
export { PolicyTag, Taxonomy, type PolicyTagProps, type TaxonomyProps } from "./policy-tag";
export type { Relation, RelationProps } from "./relation";
export { RemoteFunction, type RemoteFunctionProps } from "./remote-function";
export type { Routine, RoutineArguments, RoutineProps } from "./routine";
export { ScheduledQuery, type ScheduledQueryProps } from "./scheduled-query";
export {
  SqlFunction,
  StoredProcedure,
  TableFunction,
  type SqlFunctionProps,
  type StoredProcedureProps,
  type TableFunctionProps,
} from "./sql-routines";
export { Table, type AnyTable, type ExistingTableProps } from "./table";
export type { ForeignKey, TableProps } from "./table-props";
export type { ColumnOptions, OptionsOfColumns, TableColumns } from "./table-schema";
export { View, type ViewProps } from "./view";
