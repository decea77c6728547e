/** The page: it draws what the local cloud tells, and asks for rows and dead letters while they are looked at. */
import type { JourneyMessage, LogMessage, TickMessage } from "../protocol";
import { count } from "../words";
import { AlertsView } from "./alerts-view";
import { DeadLettersView } from "./dead-letters-view";
import { byId } from "./dom";
import { GraphView } from "./graph-view";
import { HeaderView } from "./header-view";
import { LogView } from "./log-view";
import { RowsView } from "./rows-view";
import { stackPanel } from "./stack-view";
import { Tabs } from "./tabs";
import { TotalsView } from "./totals-view";
import { WorkloadsView } from "./workloads-view";

const header = new HeaderView(byId("header"));
const alerts = new AlertsView(byId("alerts"));

interface Page {
  readonly totals: TotalsView;
  readonly graph: GraphView;
  readonly tabs: Tabs;
  readonly rows: RowsView;
  readonly deadLetters: DeadLettersView;
  readonly workloads: WorkloadsView;
  readonly log: LogView;
}

/** Made anew when it connects again: it may be another run, or another stack. */
function pageOf(journey: JourneyMessage): Page {
  const rows = new RowsView(journey.tables);
  const deadLetters = new DeadLettersView();
  const workloads = new WorkloadsView();
  const log = new LogView();
  const tabs = new Tabs(byId("details"), [
    { id: "rows", title: "Rows", panel: rows.panel, opened: () => rows.refresh() },
    { id: "dead-letters", title: "Dead letters", panel: deadLetters.panel, opened: () => deadLetters.refresh() },
    { id: "workloads", title: "Workloads", panel: workloads.panel },
    { id: "log", title: "Log", panel: log.panel, opened: () => log.opened() },
    { id: "stack", title: "The stack", panel: stackPanel(journey) },
  ]);
  const graph: GraphView = new GraphView(byId("graph"), journey.drawing, (address) => {
    graph.selected(address);
    const node = journey.drawing.nodes.find(({ id }) => id === address);
    const isTable = journey.tables.some((table) => table.address === address);
    if (isTable) {
      tabs.open("rows");
      rows.choose(address);
    } else if (node?.kind === "dead-letters") tabs.open("dead-letters");
    else if (node?.kind === "service" || node?.kind === "worker-pool" || node?.kind === "job") {
      tabs.open("workloads");
      workloads.selected(address);
    }
  });
  return { totals: new TotalsView(byId("totals")), graph, tabs, rows, deadLetters, workloads, log };
}

let page: Page | undefined;

function show(tick: TickMessage): void {
  header.running(tick.at);
  alerts.show(tick);
  if (page === undefined) return;
  const { deadLetters, graph, rows, tabs, totals, workloads } = page;
  totals.show(tick);
  graph.show(tick);
  workloads.show(tick);
  const letters = tick.totals.deadLetters;
  tabs.badge("dead-letters", letters === 0 ? "" : count(letters), true);
  if (tabs.isOpen("rows")) rows.refresh();
  if (tabs.isOpen("dead-letters")) deadLetters.refresh();
}

const events = new EventSource("/events");
interface Events {
  readonly journey: JourneyMessage;
  readonly tick: TickMessage;
  readonly logs: readonly LogMessage[];
}
function on<Name extends keyof Events>(name: Name, handle: (data: Events[Name]) => void): void {
  events.addEventListener(name, ({ data }: MessageEvent<string>) => handle(JSON.parse(data) as Events[Name]));
}
on("journey", (journey) => {
  header.journey(journey);
  page = pageOf(journey);
});
on("tick", show);
on("logs", (entries) => {
  for (const entry of entries) {
    page?.log.add(entry);
    page?.workloads.log(entry);
  }
});
events.addEventListener("error", () => header.gone());
