/** The parts of project.dataset.table. @throws Error where it is none */
export function tableParts(table: string): readonly [project: string, dataset: string, name: string] {
  // A project's id may have dots.
  const [, project, dataset, name] = /^(.+)\.([^.]+)\.([^.]+)$/.exec(table) ?? [];
  if (project === undefined || dataset === undefined || name === undefined) {
    throw new Error(`"${table}" is no table: write project.dataset.table`);
  }
  return [project, dataset, name];
}

/** project.dataset.table as the Storage Write API names it. @throws Error where it is none */
export function tablePath(table: string): string {
  const [project, dataset, name] = tableParts(table);
  return `projects/${project}/datasets/${dataset}/tables/${name}`;
}
