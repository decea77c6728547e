import { describe, expect, test } from "vitest";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { FactKind } from "../../../constructs/core/facts";
import { isArea, isRegion, keyPlace, near, places, sameLocation } from "../../../constructs/core/places";
import { Bucket } from "../../../constructs/storage/bucket";
import { expectValid } from "../../../constructs/testing/expect";
import { aStack } from "../support";

describe("two locations are near each other where", () => {
  test.each([
    ["they are one", "europe-west1", "europe-west1"],
    ["they are written in other letters", "EUROPE-WEST1", "europe-west1"],
    ["the one is a region of the other", "EU", "europe-west1"],
    ["the other is", "europe-west1", "eu"],
    ["the area has two regions", "NAM4", "us-central1"],
    ["the one area has the other", "EU", "EUR4"],
    ["both are in America", "US", "NAM4"],
    ["nobody knows which regions an area has", "europe-west1", "EUR99"],
    ["nobody knows either area", "ATLANTIS", "EU2"],
  ])("%s", (_, a, b) => {
    expect([near(a, b), near(b, a)]).toEqual([true, true]);
  });

  test.each([
    ["the regions are two", "europe-west1", "europe-west4"],
    ["the region is another area's", "US", "europe-west1"],
    ["London is no part of the EU", "EU", "europe-west2"],
    ["Zurich is no part of the EU", "EU", "europe-west6"],
    ["the area has other regions", "EUR4", "europe-west1"],
    ["the other two have other regions", "NAM4", "us-west1"],
    ["the areas are two", "EU", "US"],
    ["the areas are far apart", "ASIA1", "NAM4"],
  ])("and not where %s", (_, a, b) => {
    expect([near(a, b), near(b, a)]).toEqual([false, false]);
  });

  test.each([
    ["EUR4", "europe-north1"],
    ["EUR4", "europe-west4"],
    ["EUR5", "europe-west2"],
    ["EUR7", "europe-west3"],
    ["EUR8", "europe-west6"],
    ["ASIA1", "asia-northeast2"],
    ["NAM4", "us-east1"],
    ["ASIA", "asia-south1"],
    ["EU", "europe-west10"],
    ["EU", "europe-southwest1"],
  ])("%s has %s", (area, region) => {
    expect(near(area, region)).toBe(true);
  });
});

test("datasets and buckets tell where they are, also those that are there already and were said to be somewhere", () => {
  const told: unknown[] = [];
  const asked = new FactKind<object>(() => [
    {
      id: "asked",
      level: "error",
      page: "",
      broken(facts) {
        told.push(...facts.all(places).map(({ fullName, location, kind }) => ({ fullName, location, kind })));
        return [];
      },
    },
  ]);
  const stack = aStack();
  asked.tell(stack, {});
  new Dataset(stack, "events");
  new Bucket(stack, "files", { location: "EU" });
  Dataset.fromName(stack, "sales", { name: "sales", location: "US" });
  Bucket.fromName(stack, "theirs", { name: "shop-files", location: "us-east1" });
  Dataset.fromName(stack, "unknown", { name: "unknown" });
  Bucket.fromName(stack, "nowhere", { name: "nowhere" });
  expectValid(stack);
  expect(told).toEqual([
    { fullName: "acme-dev.events", location: "europe-west1", kind: "dataset" },
    { fullName: "acme-dev-files", location: "EU", kind: "bucket" },
    { fullName: "acme-dev.sales", location: "US", kind: "dataset" },
    { fullName: "shop-files", location: "us-east1", kind: "bucket" },
  ]);
});

test("to a query, an area is another location than its regions", () => {
  expect(sameLocation("EU", "eu")).toBe(true);
  expect(sameLocation("EU", "europe-west1")).toBe(false);
});

test("regions and areas are told apart by their form", () => {
  expect(["europe-west1", "northamerica-northeast2", "us-east10"].map(isRegion)).toEqual([true, true, true]);
  expect(["EU", "EUR4", "europe", "europe-west", "europe-west1-b"].map(isRegion)).toEqual(Array(5).fill(false));
  expect(["EU", "eur4", "us", "ASIA1"].map(isArea)).toEqual(Array(4).fill(true));
  expect(["europe", "EUR99", "europe-west1"].map(isArea)).toEqual([false, false, false]);
});

const key = (location: string): string => `projects/p/locations/${location}/keyRings/r/cryptoKeys/k`;

describe("a key is where what it encrypts is", () => {
  test.each([
    ["europe-west1", "europe-west1"],
    ["EU", "europe"],
    ["EU", "eu"],
    ["US", "us"],
    ["EUR4", "eur4"],
  ])("%s takes one in %s", (location, there) => {
    expect(keyPlace.broken({ location, keyId: key(there) })).toBeUndefined();
  });

  test.each([
    ["europe-west1", "europe-west4", "one in europe-west1"],
    ["EU", "europe-west1", "one in europe"],
    ["europe-west1", "global", "one in europe-west1"],
  ])("%s takes none in %s", (location, there, says) => {
    expect(keyPlace.broken({ location, keyId: key(there) })).toBe(
      `it lies in ${location} and its key in ${there}: what is encrypted needs a key where it is. Give it encryptionKey, ${says}`,
    );
  });

  test("and what is not known is not judged", () => {
    expect(keyPlace.broken({ keyId: key("europe") })).toBeUndefined();
    expect(keyPlace.broken({ location: "EU" })).toBeUndefined();
    expect(keyPlace.broken({ location: "EU", keyId: "a key" })).toBeUndefined();
  });
});
