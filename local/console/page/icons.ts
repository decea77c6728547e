import type { NodeKind } from "../../graph";

/** A path in a box of 20 by 20 for each kind, drawn by its stroke. */
export const icons: { readonly [kind in NodeKind]: string } = {
  // A request that goes through.
  service: "M3 10h14M12 5l5 5-5 5M3 5v10",
  // A curly f.
  function: "M13 4c-3-1-4 1-4 4v4c0 3-1 5-4 4M6 9h7",
  // Hands at work: two gears, as circles with a hub.
  "worker-pool":
    "M3 7a3.5 3.5 0 1 0 7 0 3.5 3.5 0 1 0-7 0M10 13a3.5 3.5 0 1 0 7 0 3.5 3.5 0 1 0-7 0M6.5 7h.01M13.5 13h.01",
  job: "M4 4h12v12H4zM8 8h4v4H8z",
  // One that many hear.
  topic: "M10 10h.01M6.5 6.5a5 5 0 0 0 0 7M13.5 6.5a5 5 0 0 1 0 7M4 4a8.5 8.5 0 0 0 0 12M16 4a8.5 8.5 0 0 1 0 12",
  "dead-letters": "M3 5h14v10H3zM3 5l7 6 7-6M7 18l6-6",
  // What waits in line.
  subscription: "M4 5h12M4 10h12M4 15h7",
  table: "M3 4h14v12H3zM3 8h14M8 8v8",
  view: "M2.5 10s3-5 7.5-5 7.5 5 7.5 5-3 5-7.5 5-7.5-5-7.5-5zM8 10a2 2 0 1 0 4 0 2 2 0 1 0-4 0",
  bucket: "M4 5h12l-1.5 11h-9zM4 5c0-1.4 12-1.4 12 0",
  // A sheet with lines, one corner turned.
  database: "M5 3h7l3 3v11H5zM12 3v3h3M7.5 10h5M7.5 13h5",
  bigtable: "M3 4h14v12H3zM3 8h14M3 12h14M7 4v12M12 4v12",
  // One step, and two after it.
  workflow: "M3 8h4v4H3zM13 3h4v4h-4zM13 13h4v4h-4zM7 10h3M10 5v10M10 5h3M10 15h3",
  queue: "M4 5h12M4 10h12M4 15h7",
  // A flash.
  trigger: "M11 3l-6 8h4l-1 6 6-8h-4z",
  // A clock.
  schedule: "M3 10a7 7 0 1 0 14 0 7 7 0 1 0-14 0M10 6v4l3 2",
};

export const kindWords: { readonly [kind in NodeKind]: string } = {
  service: "service",
  function: "function",
  "worker-pool": "worker pool",
  job: "Dataflow job",
  topic: "topic",
  "dead-letters": "dead letters",
  subscription: "subscription",
  table: "table",
  view: "view",
  bucket: "bucket",
  database: "documents",
  bigtable: "Bigtable table",
  workflow: "workflow",
  queue: "queue of tasks",
  trigger: "trigger",
  schedule: "schedule",
};
