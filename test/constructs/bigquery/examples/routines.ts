import { runInThisContext } from "node:vm";
import * as fc from "fast-check";
import { Connection } from "../../../../constructs/bigquery/connection";
import { Dataset } from "../../../../constructs/bigquery/dataset";
import { JavaScriptFunction, type JavaScriptFunctionProps } from "../../../../constructs/bigquery/javascript-function";
import { RemoteFunction, type RemoteFunctionProps } from "../../../../constructs/bigquery/remote-function";
import {
  SqlFunction,
  StoredProcedure,
  TableFunction,
  type SqlFunctionProps,
  type StoredProcedureProps,
  type TableFunctionProps,
} from "../../../../constructs/bigquery/sql-routines";
import { CloudRunService } from "../../../../constructs/cloud-run/cloud-run-service";
import { ContainerImage } from "../../../../constructs/core/image";
import type { GcpStack } from "../../../../constructs/core/stack";
import type { FloatField, Nullable, Repeated, StringField } from "../../../../pipeline/schema/field";
import type { Examples } from "../../examples";
import { IMAGE, maybe } from "../../support";
import { float, integer, nullable, record, repeated, string, timestamp } from "../../support-pipeline";
import { clicks, events } from "./support";

const sql =
  (props: Partial<SqlFunctionProps>) =>
  (stack: GcpStack): SqlFunction =>
    new SqlFunction(stack, "tax", { dataset: events(stack), expression: "1", ...props });

const script = (props: object) => (stack: GcpStack) =>
  new JavaScriptFunction(stack, "host", {
    dataset: events(stack),
    arguments: { url: string() },
    returns: string(),
    function: ({ url }) => url,
    ...props,
  });

const tableFunction =
  (props: Partial<TableFunctionProps>) =>
  (stack: GcpStack): TableFunction =>
    new TableFunction(stack, "clicks_of", { dataset: events(stack), query: "SELECT 1 AS one", ...props });

const procedure =
  (props: Partial<StoredProcedureProps>) =>
  (stack: GcpStack): StoredProcedure =>
    new StoredProcedure(stack, "tidy", { dataset: events(stack), body: "SELECT 1;", ...props });

const service = (stack: GcpStack): CloudRunService =>
  new CloudRunService(stack, "geo", { image: ContainerImage.fromRegistry(IMAGE) });

const remote =
  (props: Partial<RemoteFunctionProps>) =>
  (stack: GcpStack): RemoteFunction =>
    new RemoteFunction(stack, "geocode", {
      dataset: events(stack),
      returns: string(),
      service: service(stack),
      connection: new Connection(stack, "services"),
      ...props,
    });

const many = Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`a${index}`, float()]));
const names = (make: (props: { readonly name: string }) => (stack: GcpStack) => unknown) =>
  ["a-b", "", "x".repeat(257)].map((name) => make({ name }));
const argumentFaults = (
  make: (props: { readonly arguments: SqlFunctionProps["arguments"] & {} }) => (stack: GcpStack) => unknown,
) => [make({ arguments: { "a-b": float() } }), make({ arguments: many })];
const outside = "https://";

/** A function whose text is longer than BigQuery takes. */
function longFunction(): unknown {
  return runInThisContext(`() => "${"x".repeat(32 * 1024)}"`);
}

export const routineExamples = {
  SqlFunction: {
    minimal: (stack) => new SqlFunction(stack, "one", { dataset: events(stack), expression: "1" }),
    maximal: (stack) => {
      const all: Required<SqlFunctionProps> = {
        dataset: events(stack),
        name: "masked",
        description: "hides it",
        arguments: { value: string() },
        returns: string(),
        expression: "CONCAT('${x}', value)",
        masking: true,
        overrides: { timeouts: { create: "10m" } },
      };
      return new SqlFunction(stack, "function", all);
    },
    random: fc
      .record({
        description: maybe(fc.string()),
        arguments: maybe(
          fc.constant({
            any: "any",
            list: repeated(float()),
            all: record({ at: timestamp(), n: nullable(integer()) }),
          } as const),
        ),
        returns: maybe(fc.constantFrom(float(), integer(), string())),
      })
      .map(
        (props) => (scope, name) =>
          new SqlFunction(scope, name, { dataset: new Dataset(scope, `${name}-d`), expression: "1", ...props }),
      ),
    faults: {
      "name-form": names(sql),
      "arguments-form": argumentFaults(sql),
      "expression-empty": [sql({ expression: " " })],
      "masking-arguments": [sql({ masking: true }), sql({ masking: true, arguments: { a: float(), b: float() } })],
    },
  },

  TableFunction: {
    minimal: (stack) => {
      const { dataset, path } = clicks(stack);
      return new TableFunction(stack, "all_clicks", { dataset, query: `SELECT * FROM \`${path}\`` });
    },
    maximal: (stack) => {
      const all: Required<TableFunctionProps> = {
        dataset: events(stack),
        name: "clicks_of",
        description: "of one user",
        arguments: { who: string() },
        columns: { user: string(), tags: repeated(string()) },
        query: "SELECT who AS user, ['${x}'] AS tags",
        overrides: { timeouts: { create: "10m" } },
      };
      return new TableFunction(stack, "function", all);
    },
    random: fc
      .record({ description: maybe(fc.string()), arguments: maybe(fc.constant({ who: string() })) })
      .map(
        (props) => (scope, name) =>
          new TableFunction(scope, name, { dataset: new Dataset(scope, `${name}-d`), query: "SELECT 1", ...props }),
      ),
    faults: {
      "name-form": names(tableFunction),
      "arguments-form": argumentFaults((props) => tableFunction(props as Partial<TableFunctionProps>)),
      "query-size": [tableFunction({ query: "" })],
    },
  },

  StoredProcedure: {
    minimal: (stack) => new StoredProcedure(stack, "tidy", { dataset: events(stack), body: "SELECT 1;" }),
    maximal: (stack) => {
      const all: Required<StoredProcedureProps> = {
        dataset: events(stack),
        name: "tidy",
        description: "tidies",
        arguments: { before: timestamp(), count: integer(), rest: integer() },
        out: ["count"],
        inOut: ["rest"],
        body: "SET count = 1; SELECT '${x}';",
        securityMode: "definer",
        overrides: { timeouts: { create: "10m" } },
      };
      return new StoredProcedure(stack, "procedure", all);
    },
    random: fc
      .record({
        arguments: fc.constant({ a: float(), b: float() }),
        out: maybe(fc.constantFrom(["a"], [])),
        inOut: maybe(fc.constantFrom(["b"], [])),
        securityMode: maybe(fc.constantFrom("definer", "invoker")),
      })
      .map(
        (props) => (scope, name) =>
          new StoredProcedure(scope, name, { dataset: new Dataset(scope, `${name}-d`), body: "SELECT 1;", ...props }),
      ),
    faults: {
      "name-form": names(procedure),
      "arguments-form": argumentFaults((props) => procedure(props as Partial<StoredProcedureProps>)),
      "body-empty": [procedure({ body: " " })],
      "out-arguments": [
        procedure({ out: ["count"] }),
        procedure({ inOut: ["count"] }),
        procedure({ arguments: { count: integer() }, out: ["count"], inOut: ["count"] }),
      ],
    },
  },

  JavaScriptFunction: {
    minimal: (stack) =>
      new JavaScriptFunction(stack, "host", {
        dataset: events(stack),
        arguments: { url: string() },
        returns: nullable(string()),
        function: ({ url }) => url.split("/")[2] ?? null,
      }),
    maximal: (stack) => {
      const all: Required<
        JavaScriptFunctionProps<
          { readonly price: FloatField; readonly rates: Repeated<FloatField>; readonly note: Nullable<StringField> },
          StringField
        >
      > = {
        dataset: events(stack),
        name: "total",
        description: "in words",
        arguments: { price: float(), rates: repeated(float()), note: nullable(string()) },
        returns: string(),
        function: ({ price, rates, note }) => `${rates.reduce((sum, rate) => sum + rate, price)} ${note ?? ""}`,
        overrides: { timeouts: { create: "10m" } },
      };
      return new JavaScriptFunction(stack, "function", all);
    },
    random: fc
      .constantFrom<((row: { readonly url: string }) => string)[]>(
        ({ url }) => url,
        (row) => row.url.toUpperCase(),
        ({ url }) => {
          const [first = ""] = url.split("/");
          return first;
        },
      )
      .map(
        (fn) => (scope, name) =>
          new JavaScriptFunction(scope, name, {
            dataset: new Dataset(scope, `${name}-d`),
            arguments: { url: string() },
            returns: string(),
            function: fn,
          }),
      ),
    faults: {
      "name-form": names(script),
      "arguments-form": argumentFaults(script),
      "arguments-types": [
        script({ arguments: { url: integer() } }),
        script({ arguments: { url: record({ at: timestamp() }) } }),
        script({ returns: repeated(timestamp()) }),
      ],
      "arguments-reserved": [script({ arguments: { default: string() }, function: () => "" })],
      "function-portable": [
        script({ function: ({ url }: { readonly url: string }) => outside + url }),
        script({ function: () => String(Math.random()) }),
      ],
      "function-size": [script({ function: longFunction() })],
    },
  },

  RemoteFunction: {
    minimal: (stack) => remote({})(stack),
    maximal: (stack) => {
      const all: Required<RemoteFunctionProps> = {
        dataset: events(stack),
        name: "geocode",
        description: "where an address is",
        arguments: { address: string() },
        returns: string(),
        service: service(stack),
        path: "/geocode",
        connection: new Connection(stack, "services"),
        maxBatchingRows: 50,
        context: { language: "en" },
        overrides: { timeouts: { create: "10m" } },
      };
      return new RemoteFunction(stack, "function", all);
    },
    random: fc
      .record({
        maxBatchingRows: maybe(fc.integer({ min: 1, max: 1_000 })),
        context: maybe(fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), fc.string({ maxLength: 20 }))),
      })
      .map(
        (props) => (scope, name) =>
          new RemoteFunction(scope, name, {
            dataset: new Dataset(scope, `${name}-d`),
            returns: float(),
            service: new CloudRunService(scope, `${name}-s`, { image: ContainerImage.fromRegistry(IMAGE) }),
            connection: new Connection(scope, `${name}-c`),
            ...props,
          }),
      ),
    faults: {
      "name-form": names(remote),
      "arguments-form": argumentFaults((props) => remote(props as Partial<RemoteFunctionProps>)),
      "maxBatchingRows-range": [remote({ maxBatchingRows: 0 })],
      "context-size": [remote({ context: { note: "x".repeat(8 * 1024 - 4) } })],
    },
  },
} satisfies Examples;
