import * as fc from "fast-check";
import { Connection, type ConnectionProps } from "../../../../constructs/bigquery/connection";
import { Dataset } from "../../../../constructs/bigquery/dataset";
import type { DatasetProps } from "../../../../constructs/bigquery/dataset-props";
import { Taxonomy, type TaxonomyProps } from "../../../../constructs/bigquery/policy-tag";
import type { GcpStack } from "../../../../constructs/core/stack";
import type { Duration } from "../../../../pipeline/duration";
import type { Examples } from "../../examples";
import { anEncryptionKey, duration, labels, maybe } from "../../support";

const dataset =
  (props: DatasetProps) =>
  (stack: GcpStack): Dataset =>
    new Dataset(stack, "events", props);

export const datasetExamples = {
  Dataset: {
    minimal: (stack) => new Dataset(stack, "click-events"),
    maximal: (stack) => {
      const all: Required<DatasetProps> = {
        name: "all_events",
        location: "europe-west1",
        friendlyName: "All events",
        description: "what happened",
        tableExpiration: "90d",
        partitionExpiration: "30d",
        timeTravel: "3d",
        storageBilling: "physical",
        defaultCollation: "case-insensitive",
        caseInsensitiveNames: true,
        labels: { team: "growth" },
        resourceTags: { "1234567890/environment": "production" },
        encryptionKey: anEncryptionKey(stack),
        overrides: { timeouts: { create: "10m" } },
      };
      return new Dataset(stack, "events", all);
    },
    random: fc
      .record({
        location: maybe(fc.constantFrom("europe-west1", "EU", "US", "us-central1", "aws-us-east-1")),
        description: maybe(fc.string()),
        tableExpiration: maybe(duration("1h", "36500d")),
        partitionExpiration: maybe(duration("1h", "36500d")),
        timeTravel: maybe(fc.integer({ min: 2, max: 7 }).map((days): Duration => `${days}d`)),
        storageBilling: maybe(fc.constantFrom("logical", "physical")),
        defaultCollation: maybe(fc.constantFrom("case-sensitive", "case-insensitive")),
        caseInsensitiveNames: maybe(fc.boolean()),
        labels: maybe(labels),
      })
      .map((props) => (scope, name) => new Dataset(scope, name, props)),
    faults: {
      "name-form": [dataset({ name: "click-events" }), dataset({ name: "x".repeat(1_025) })],
      "location-form": [dataset({ location: "Europe" }), dataset({ location: "europe-west" })],
      "timeTravel-range": (["1d", "8d", "50h"] as const).map((timeTravel) => dataset({ timeTravel })),
      "tableExpiration-range": [dataset({ tableExpiration: "59m" })],
      "partitionExpiration-range": [dataset({ partitionExpiration: "36501d" })],
      "overrides-access": [dataset({ overrides: { access: [{ role: "READER", domain: "example.com" }] } })],
      "encryptionKey-place": [
        (stack) => new Dataset(stack, "events", { location: "EU", encryptionKey: anEncryptionKey(stack) }),
        (stack) => new Dataset(stack, "events", { location: "us-east1", encryptionKey: anEncryptionKey(stack) }),
      ],
      "labels-form": [dataset({ labels: { Team: "growth" } })],
      "resourceTags-form": [dataset({ resourceTags: { environment: "production" } })],
    },
  },

  Connection: {
    minimal: (stack) => new Connection(stack, "files"),
    maximal: (stack) => {
      const all: Required<ConnectionProps> = {
        name: "files",
        location: "EU",
        friendlyName: "Files",
        description: "reads the files of events",
        overrides: { timeouts: { create: "10m" } },
      };
      return new Connection(stack, "connection", all);
    },
    random: fc
      .record({ location: maybe(fc.constantFrom("EU", "europe-west1")), description: maybe(fc.string()) })
      .map((props) => (scope, name) => new Connection(scope, name, props)),
    faults: {
      "name-form": ["", "a b", "x".repeat(101)].map((name) => (stack) => new Connection(stack, "files", { name })),
    },
  },

  Taxonomy: {
    minimal: (stack) => new Taxonomy(stack, "privacy"),
    maximal: (stack) => {
      const all: Required<TaxonomyProps> = {
        name: "Privacy",
        description: "what of people is whose business",
        location: "eu",
        overrides: { timeouts: { create: "10m" } },
      };
      return new Taxonomy(stack, "privacy", all);
    },
    random: fc
      .record({ location: maybe(fc.constantFrom("eu", "europe-west1")), description: maybe(fc.string()) })
      .map((props) => (scope, name) => new Taxonomy(scope, name, props)),
    faults: {
      "name-form": ["", " privacy", "privacy ", "a/b", "x".repeat(201)].map(
        (name) => (stack) => new Taxonomy(stack, "privacy", { name }),
      ),
    },
  },

  PolicyTag: {
    minimal: (stack) => new Taxonomy(stack, "privacy").tag("email"),
    maximal: (stack) => {
      const taxonomy = new Taxonomy(stack, "privacy");
      return taxonomy.tag("email", { name: "E-mail", description: "an address", parent: taxonomy.tag("person") });
    },
    random: fc
      .record({ description: maybe(fc.string()) })
      .map((props) => (scope, name) => new Taxonomy(scope, `${name}-taxonomy`).tag(name, props)),
    faults: {
      "name-form": ["", "x".repeat(201)].map(
        (name) => (stack) => new Taxonomy(stack, "privacy").tag("email", { name }),
      ),
    },
  },
} satisfies Examples;
