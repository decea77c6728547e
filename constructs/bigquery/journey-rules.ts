import { TerraformStack } from "cdktf";
import type { IConstruct } from "constructs";
import { FactKind, type Facts, type JourneyRule, type Told } from "../core/facts";
import { near, places, sameLocation } from "../core/places";
import { Site } from "../core/site";
import { list } from "../core/text";
import { Names, plainText, rights, shared } from "../core/uses";
import { authorizations } from "./authorization";

/** A text in GoogleSQL. */
interface Query {
  readonly text: string;
  /** P.D of the dataset that keeps it, or that it writes into; undefined where it writes into none. */
  readonly dataset: string | undefined;
  /** Where it runs, where that is not where its dataset is. */
  readonly location?: string;
  /** P.D.V of the view whose rows it makes. */
  readonly view?: string;
  /** BigQuery looks for its tables when it is made, and not only when it runs. */
  readonly checked: boolean;
}

export const queries = new FactKind<Query>(() => [queryLocations, queryByName, unreadableView]);

/** What is read or written where it is, and must be near by: files by a table, a table by a connection. */
export const neighbours = new FactKind<{
  /** P.D */
  readonly dataset: string;
  /** "the files of acme-dev-events are" */
  readonly other: string;
  /** Where the other lies; undefined where nobody told. */
  readonly location: string | undefined;
}>(() => [farFiles]);

const locations = "https://cloud.google.com/bigquery/docs/locations#specify_locations";

const datasetLocations = (facts: Facts): ReadonlyMap<string, string> =>
  new Map(facts.all(places).flatMap((place) => (place.kind === "dataset" ? [[place.fullName, place.location]] : [])));

/** What stands in backticks in a query, as plain as it is known: P.D.T, or D.T of the stack's own project. */
function quoted(text: string, at: IConstruct): readonly string[] {
  const { project } = Site.of(at).settings;
  return [...plainText(text, TerraformStack.of(at)).matchAll(/`([^`\s]+)`/g)].flatMap(([, name = ""]) => {
    if (name.includes("$")) return [];
    return name.split(".").length === 2 ? [`${project}.${name}`] : [name];
  });
}

/** The datasets whose tables a query names, by their path or plainly. */
function datasetsOf({ at, text, dataset }: Told<Query>, named: Names): readonly string[] {
  const byPath = named.in(text, at).map(({ fullName, within }) => within ?? fullName);
  const byName = quoted(text, at).map((name) => name.split(".").slice(0, 2).join("."));
  return [...new Set([...(dataset === undefined ? [] : [dataset]), ...byPath, ...byName])];
}

const queryLocations: JourneyRule = {
  id: "query-locations",
  level: "error",
  page: locations,
  broken(facts) {
    const known = datasetLocations(facts);
    const named = new Names(facts);
    return facts.all(queries).flatMap((query) => {
      const itself = query.location === undefined ? [] : [{ name: "itself", location: query.location }];
      const found = datasetsOf(query, named).flatMap((name) => {
        const location = known.get(name);
        return location === undefined ? [] : [{ name, location }];
      });
      const all = [...itself, ...found];
      const other = all.find(({ location }) => !sameLocation(location, all[0]?.location ?? location));
      if (other === undefined) return [];
      const where = list(all.map(({ name, location }) => `${name} (${location})`));
      return [
        {
          at: query.at,
          says: `joins what lies in several locations: ${where}. A query runs where its tables are, and for BigQuery EU is another place than each of its regions. Copy what it reads, or make the datasets in one location`,
        },
      ];
    });
  },
};

const queryByName: JourneyRule = {
  id: "query-by-name",
  level: "error",
  page: "https://developer.hashicorp.com/terraform/language/expressions/references",
  broken(facts) {
    const made = new Map(facts.all(shared).flatMap((one) => (one.resource ? [[one.fullName, one.resource]] : [])));
    return facts.all(queries).flatMap(({ at, text, checked }) => {
      if (!checked) return [];
      const plain = [...new Set(quoted(text, at))].filter((name) => made.has(name));
      return plain.map((name) => ({
        at,
        says: `names ${name} as plain text, so that it is made at the same time as that table, or before: BigQuery then finds no table. Name it by its path, table.path, in backticks`,
      }));
    });
  },
};

/** Who may read a view has to be allowed to read what it reads, unless the view is. */
const unreadableView: JourneyRule = {
  id: "view-unreadable",
  // A right may have been given elsewhere.
  level: "warning",
  page: "https://cloud.google.com/bigquery/docs/views#view_permissions",
  broken(facts) {
    const views = new Map(
      facts.all(queries).flatMap((query) => (query.view === undefined ? [] : [[query.view, query]])),
    );
    const readers = facts.all(rights).filter(({ fullName }) => views.has(fullName));
    if (readers.length === 0) return [];
    const named = new Names(facts);
    const given = new Set(facts.all(rights).map(({ member, fullName }) => `${member} ${fullName}`));
    const allowed = new Set(facts.all(authorizations).map(({ dataset, reader }) => `${dataset} ${reader}`));
    return readers.flatMap(({ at, member, fullName: view }) => {
      const query = views.get(view);
      const tables = query === undefined ? [] : named.in(query.text, query.at);
      return tables.flatMap(({ fullName, within }) => {
        const may = [fullName, within].some((name) => given.has(`${member} ${name}`));
        if (within === undefined || may) return [];
        if ([view, query?.dataset].some((reader) => allowed.has(`${within} ${reader}`))) return [];
        return [
          {
            at,
            says: `may read the view ${view} and not ${fullName}, which the view reads: its queries will be refused. Let the view read in its own name (dataset.authorizeView(view), of the table's dataset), or give the right on the table, too`,
          },
        ];
      });
    });
  },
};

const farFiles: JourneyRule = {
  id: "files-location",
  level: "error",
  page: "https://cloud.google.com/bigquery/docs/external-data-cloud-storage#location_considerations",
  broken(facts) {
    const known = datasetLocations(facts);
    return facts.all(neighbours).flatMap(({ at, dataset, other, location }) => {
      const own = known.get(dataset);
      if (own === undefined || location === undefined || near(own, location)) return [];
      return [{ at, says: `${other} in ${location}, and ${dataset} in ${own}: BigQuery reads what is near` }];
    });
  },
};
