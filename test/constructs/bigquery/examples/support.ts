import { Dataset } from "../../../../constructs/bigquery/dataset";
import { Table } from "../../../../constructs/bigquery/table";
import type { Construct } from "constructs";
import {
  date,
  float,
  integer,
  nullable,
  numeric,
  record,
  repeated,
  schema,
  string,
  timestamp,
} from "../../support-pipeline";

/** An event of tests that has a column of most kinds. */
export const click = schema("click", {
  user: string({ description: "who" }),
  value: nullable(float()),
  tags: repeated(string()),
  at: timestamp({ encoding: "epoch-micros" }),
  day: nullable(date()),
  number: nullable(integer()),
  price: nullable(numeric()),
  page: record({ url: string() }),
});

export const events = (scope: Construct): Dataset => new Dataset(scope, "events");

/** events.clicks */
export const clicks = (scope: Construct): Table =>
  new Table(scope, "clicks", { dataset: events(scope), columns: click });
