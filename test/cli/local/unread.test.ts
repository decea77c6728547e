import { expect, test } from "vitest";
import { unreadHere } from "../../../cli/local/unread";
import { journeyOf } from "../../../local/console/journey";
import type { CloudView } from "../../../local/view";
import * as fake from "../../local/console/fake-view";

const view = fake.fakeView();
const { edges, nodes } = fake.gamingGraph;

test("a journey whose subscriptions are all read here has none", () => {
  expect(unreadHere(view, journeyOf(view.graph))).toEqual([]);
});

test("a subscription that nobody pulls is named", () => {
  const graph = { nodes, edges: edges.filter(({ kind }) => kind !== "pull") };
  expect(unreadHere({ ...view, graph }, journeyOf(graph))).toEqual([
    "dj_subscription_dataflow is read by nobody in the stack",
  ]);
});

test("one that Dataflow reads is named with what to do", () => {
  const notHere = "Dataflow runs in the cloud; choose Runner.workerPool() to run it here";
  const resources: CloudView["resources"] = [
    {
      address: fake.pool,
      type: "google_dataflow_flex_template_job",
      name: "job",
      attributes: {},
      service: undefined,
      notHere,
    },
  ];
  expect(unreadHere({ ...view, resources }, journeyOf(view.graph))).toEqual([
    `dj_subscription_dataflow is read by user-activity: ${notHere}`,
  ]);
});
