import type { EdgeKind, GraphNode, JourneyGraph, NodeKind } from "./graph";

/** Each kind has a shape of its own, and says in a second line what it is. */
const shapes: { readonly [kind in NodeKind]: readonly [open: string, close: string, word: string] } = {
  service: ["([", "])", "service"],
  function: ["([", "])", "function"],
  "worker-pool": ["[[", "]]", "worker pool"],
  job: ["[[", "]]", "job"],
  topic: ["{{", "}}", "topic"],
  "dead-letters": ["{{", "}}", "dead letters"],
  subscription: [">", "]", "subscription"],
  table: ["[(", ")]", "table"],
  view: ["[/", "/]", "view"],
  bucket: ["[\\", "/]", "bucket"],
  database: ["[(", ")]", "documents"],
  bigtable: ["[(", ")]", "Bigtable table"],
  workflow: ["[[", "]]", "workflow"],
  queue: [">", "]", "queue of tasks"],
  trigger: [">", "]", "trigger"],
  schedule: ["((", "))", "schedule"],
};

const words: { readonly [kind in EdgeKind]: string } = {
  publish: "publishes",
  deliver: "",
  pull: "pulled by",
  write: "writes",
  read: "read by",
  call: "calls",
  "dead-letter": "dead letters",
};

/** The graph as Mermaid text: https://mermaid.js.org/syntax/flowchart.html */
export function toMermaid({ nodes, edges }: JourneyGraph): string {
  const ids = namesOf(nodes);
  const idOf = (address: string): string => ids.get(address) ?? "";
  const lines = [
    "flowchart LR",
    ...nodes.map((node) => `  ${idOf(node.id)}${shapeOf(node)}`),
    ...edges.map(({ from, to, kind, both }) => {
      const dashed = kind === "dead-letter";
      const arrow = `${both ? "<" : ""}${dashed ? "-.->" : "-->"}`;
      const word = both ? "reads and writes" : words[kind];
      return `  ${idOf(from)} ${arrow}${word === "" ? "" : `|${word}|`} ${idOf(to)}`;
    }),
  ];
  const dead = nodes.filter(({ kind }) => kind === "dead-letters").map(({ id }) => idOf(id));
  if (dead.length > 0) {
    lines.push("  classDef dead stroke:#c5221f,stroke-dasharray:4", `  class ${dead.join(",")} dead`);
  }
  return `${lines.join("\n")}\n`;
}

/** A name for each node, from its kind and its label: Mermaid takes letters, digits and underscores. */
function namesOf(nodes: readonly GraphNode[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const name = ({ kind, label }: GraphNode): string => {
    const plain = `${kind} ${label}`.replaceAll(/[^A-Za-z0-9]+/g, "_");
    let own = plain;
    for (let more = 2; taken.has(own); more += 1) own = `${plain}_${more}`;
    taken.add(own);
    return own;
  };
  return new Map(nodes.map((node) => [node.id, name(node)]));
}

function shapeOf({ kind, label, public: open }: GraphNode): string {
  const [left, right, word] = shapes[kind];
  return `${left}"${escape(label)}<br/>${open ? `public ${word}` : word}"${right}`;
}

function escape(text: string): string {
  return text.replaceAll("#", "#35;").replaceAll('"', "#quot;").replaceAll("<", "#lt;").replaceAll(">", "#gt;");
}
