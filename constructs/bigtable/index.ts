/** Bigtable: `data-journey/bigtable`. */
export { BigtableAppProfile, type BigtableAppProfileProps, type Routing } from "./app-profile";
export type { Garbage } from "./garbage";
export { BigtableInstance, type AnyBigtableInstance, type ExistingBigtableInstanceProps } from "./instance";
export type { Autoscaling, BigtableInstanceProps, ClusterProps } from "./instance-props";
export { BigtableTable, type AnyBigtableTable, type ExistingBigtableTableProps } from "./table";
export type { BigtableTableProps, ColumnFamily } from "./table-props";
