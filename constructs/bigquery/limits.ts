import { milliseconds, type Duration } from "../../pipeline/duration";
import { limits, notADuration } from "../core/limits";
import type { Rule } from "../core/rules";

export const bigquery = limits("BigQuery");

/** Of tables and views. */
export const tableName = bigquery.matches(
  "name",
  /^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd} ]{1,1024}$/u,
  'takes letters, digits, "_", "-" and spaces',
  "https://cloud.google.com/bigquery/docs/tables#table_naming",
);

/** Tags of the organization's, by which policies hold or do not. */
export type ResourceTags = { readonly [key: string]: string };

/** Of datasets, tables and views. */
export const resourceTagsRule: Rule<{ readonly resourceTags?: ResourceTags }> = {
  id: "resourceTags-form",
  reads: ["resourceTags"],
  page: "https://cloud.google.com/bigquery/docs/tags",
  broken({ resourceTags = {} }) {
    const wrong = Object.keys(resourceTags).find((key) => !/^[a-z0-9-]+\/[^/"\\]+$/.test(key));
    return (
      wrong &&
      `resourceTags has "${wrong}": a tag's key begins with its organization or project: "1234567890/environment"`
    );
  },
};

/** Of durations that BigQuery keeps in milliseconds. */
export function age<Name extends string>(name: Name, page: string): Rule<{ readonly [N in Name]?: Duration }> {
  return {
    id: `${name}-range`,
    reads: [name],
    ofTokens: true,
    page,
    broken(props) {
      const value: Duration | undefined = props[name];
      const sentence = value && notADuration(value, "1h", "36500d");
      return sentence && `${name} ${sentence("BigQuery")}`;
    },
  };
}

/** As GoogleSQL writes an INTERVAL, in the one form that BigQuery answers with: "0-0 0 1:30:0". */
export function interval(length: Duration): string {
  const seconds = milliseconds(length) / 1_000;
  return `0-0 0 ${Math.floor(seconds / 3_600)}:${Math.floor(seconds / 60) % 60}:${seconds % 60}`;
}
