import { expect, test } from "vitest";
import { EventChannel } from "../../../constructs/eventarc/event-channel";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";

test("a channel of which nothing is said is for an application of one's own", () => {
  const template = templateOf(examples.EventChannel.minimal);
  expect(template.resource("google_eventarc_channel.partner")).toEqual({
    name: "partner",
    location: "europe-west1",
    depends_on: ["time_sleep.apis"],
  });
});

test("a channel of which all is said", () => {
  const template = templateOf(examples.EventChannel.maximal, { prefix: "alice" });
  expect(template.resource("google_eventarc_channel.datadog")).toEqual({
    name: "alice-datadog",
    location: "europe-west1",
    third_party_provider: "projects/acme-dev/locations/europe-west1/providers/datadog",
    crypto_key_name: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own",
    timeouts: { create: "10m" },
    depends_on: ["time_sleep.apis", "time_sleep.encryption-own-by-eventarc"],
  });
});

test("a channel that is not valid says why", () => {
  expect(messageOf(() => new EventChannel(aStack(), "channel", { name: "A", provider: "datadog" }))).toMatch(
    /name is "A": Eventarc takes 1 to 63.*\n.*provider is "datadog": Eventarc names partners as projects\/P\/locations\/L\/providers\/datadog/,
  );
});
