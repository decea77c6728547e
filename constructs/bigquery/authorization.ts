import { BigqueryDatasetAccessA } from "@cdktf/provider-google/lib/bigquery-dataset-access";
import { TerraformStack, type TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import { FactKind } from "../core/facts";
import { make } from "../core/make";
import { addressOf, nothing } from "../core/waits";

/** What reads a dataset in its own name, so that who reads it needs no right on the dataset. */
export const authorizations = new FactKind<{
  /** P.D, whose tables are read. */
  readonly dataset: string;
  /** The view, the function, or the dataset that has them, by full name. */
  readonly reader: string;
}>();

/** A dataset as an entry of a list of access names it. */
interface InProject {
  readonly name: string;
  readonly project: string;
  readonly key: string;
  readonly fullName: string;
}

/** A view or a function, wherever it was made. */
export interface InDataset extends Construct {
  readonly name: string;
  readonly key: string;
  readonly fullName: string;
  readonly dataset: InProject;
  /** Where this app makes it. */
  readonly resource?: TerraformResource;
}

interface Reader {
  readonly kind: "view" | "routine" | "dataset";
  readonly key: string;
  readonly fullName: string;
  /** Where it lives: who reads depends on what is read, never the reverse. */
  readonly home: Construct;
  readonly resource?: TerraformResource;
  readonly entry: Pick<ConstructorParameters<typeof BigqueryDatasetAccessA>[2], "view" | "routine" | "dataset">;
}

export const viewReader = (view: InDataset): Reader => ({
  ...readerOf("view", view),
  entry: { view: { ...placeOf(view), tableId: view.name } },
});

export const routineReader = (routine: InDataset): Reader => ({
  ...readerOf("routine", routine),
  entry: { routine: { ...placeOf(routine), routineId: routine.name } },
});

export const datasetReader = (dataset: InProject & Construct & { readonly resource?: TerraformResource }): Reader => ({
  ...readerOf("dataset", dataset),
  entry: { dataset: { dataset: placeOf({ dataset }), targetTypes: ["VIEWS"] } },
});

const readerOf = (
  kind: Reader["kind"],
  what: Construct & Pick<InDataset, "key" | "fullName" | "resource">,
): Omit<Reader, "entry"> => ({
  kind,
  key: what.key,
  fullName: what.fullName,
  home: what,
  resource: what.resource,
});

const placeOf = ({ dataset }: Pick<InDataset, "dataset">) => ({ datasetId: dataset.name, projectId: dataset.project });

/**
 * Lets a reader read a dataset in its own name. It is an entry of the dataset's list of access, of its own and never the
 * list: rights that are given as IAM members leave such entries alone. BigQuery drops an entry when what it names is
 * changed, so it is made anew then.
 * @see https://cloud.google.com/bigquery/docs/authorized-views
 */
export function authorize(dataset: InProject, { kind, key, fullName, home, resource, entry }: Reader): void {
  const name = `${dataset.key}-${kind}-${key}`;
  make(
    home,
    `authorized ${name}`,
    BigqueryDatasetAccessA,
    name,
    { project: dataset.project, datasetId: dataset.name, ...entry, lifecycle: again(home, resource) },
    resource === undefined ? nothing : () => [resource],
  );
  authorizations.tell(home, { dataset: dataset.fullName, reader: fullName });
}

function again(home: Construct, resource: TerraformResource | undefined) {
  if (resource === undefined || TerraformStack.of(resource) !== TerraformStack.of(home)) return undefined;
  // A getter, because the address is final only when the stack is synthesized.
  return {
    get replaceTriggeredBy() {
      return [addressOf(resource)];
    },
  };
}
