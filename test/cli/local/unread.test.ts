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

test("one that a workload is told to read, but may not, is left to the refusal that names them both", () => {
  const graph = { nodes, edges: edges.filter(({ kind }) => kind !== "pull") };
  const value = "projects/acme-dev/subscriptions/dj_subscription_dataflow";
  const resources: CloudView["resources"] = [
    {
      address: fake.pool,
      type: "google_cloud_run_v2_worker_pool",
      name: "user-activity",
      attributes: { template: { containers: [{ env: [{ name: "SUBSCRIPTION", value }] }] } },
      service: "run",
      notHere: undefined,
    },
  ];
  expect(unreadHere({ ...view, graph, resources }, journeyOf(graph))).toEqual([]);
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
