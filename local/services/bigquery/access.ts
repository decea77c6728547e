import type { Access, Caller } from "../../service";

/** Who may do what with datasets, tables and jobs. */
export class BigQueryAccess {
  constructor(
    private readonly access: Access,
    private readonly project: string,
  ) {}

  /** @throws CloudError PERMISSION_DENIED */
  inProject(caller: Caller, permission: string): void {
    this.access.check(caller, permission, `cloudresourcemanager.googleapis.com/projects/${this.project}`);
  }

  dataset(caller: Caller, permission: string, dataset: string): void {
    this.access.check(caller, permission, datasetResource(this.project, dataset));
  }

  table(caller: Caller, permission: string, table: { readonly dataset: string; readonly id: string }): void {
    this.access.check(caller, permission, tableResource(this.project, table.dataset, table.id));
  }

  allowsTable(caller: Caller, permission: string, table: { readonly dataset: string; readonly id: string }): boolean {
    return this.access.allows(caller, permission, tableResource(this.project, table.dataset, table.id));
  }

  allowsDataset(caller: Caller, permission: string, dataset: string): boolean {
    return this.access.allows(caller, permission, datasetResource(this.project, dataset));
  }
}

export const datasetResource = (project: string, dataset: string): string =>
  `bigquery.googleapis.com/projects/${project}/datasets/${dataset}`;
export const tableResource = (project: string, dataset: string, table: string): string =>
  `${datasetResource(project, dataset)}/tables/${table}`;
