import type { DrawnEdge, Drawing } from "../drawing";
import type { Figure } from "../figures";
import type { TickMessage } from "../protocol";
import { perSecond } from "../words";
import { html, setText, svg } from "./dom";
import { icons, kindWords } from "./icons";
import { Rates } from "./rates";
import { headOf, labelPlace, pathOf } from "./route";

const PADDING = 8;
/** Smaller, labels cannot be read: the graph is scrolled instead. */
const SMALLEST_SCALE = 0.7;
const TILE = 34;
/** Where text begins, beside the tile. */
const TEXT = TILE + 20;

/** The journey as a graph: boxes with their numbers, links with what goes over them. */
export class GraphView {
  private readonly nodes: readonly NodeView[];
  private readonly edges: readonly EdgeView[];
  private readonly rates = new Rates();

  constructor(root: HTMLElement, { edges, height, nodes, width }: Drawing, select: (address: string) => void) {
    this.nodes = nodes.map((node) => new NodeView(node, select));
    this.edges = edges.map((edge) => new EdgeView(edge));
    const [fullWidth, fullHeight] = [width + 2 * PADDING, height + 2 * PADDING];
    const picture = svg(
      "svg",
      { viewBox: `${-PADDING} ${-PADDING} ${fullWidth} ${fullHeight}`, width: "100%", role: "group" },
      ...this.edges.map(({ element }) => element),
      ...this.nodes.map(({ element }) => element),
    );
    picture.style.maxWidth = `${fullWidth}px`;
    picture.style.minWidth = `${Math.round(fullWidth * SMALLEST_SCALE)}px`;
    root.classList.add("card");
    root.replaceChildren(nodes.length === 0 ? html("p", { class: "empty" }, "This stack has no journey.") : picture);
    for (const node of this.nodes) node.fit();
  }

  show({ at, figures, flows }: TickMessage): void {
    for (const node of this.nodes) node.show(figures[node.id] ?? []);
    this.rates.add(at, flows);
    for (const [index, edge] of this.edges.entries()) edge.show(flows[index] ?? 0, this.rates.perSecond(index) ?? 0);
  }

  selected(address: string): void {
    for (const { element, id } of this.nodes) element.classList.toggle("selected", id === address);
  }
}

class NodeView {
  readonly id: string;
  readonly element: SVGGElement;
  private readonly name: string;
  private readonly label: SVGTextElement;
  private readonly room: number;
  private readonly figures = svg("text", { class: "figure", x: TEXT, y: 40 });
  private shown = "";

  constructor({ box, id, kind, label, public: open }: Drawing["nodes"][number], select: (address: string) => void) {
    this.id = id;
    this.name = `${kindWords[kind]} ${label}${open ? ", public" : ""}`;
    this.label = svg("text", { class: "label", x: TEXT, y: 25 }, label);
    this.room = box.width - TEXT - PADDING;
    const top = (box.height - TILE) / 2;
    this.element = svg(
      "g",
      { class: `node ${kind}`, transform: `translate(${box.x} ${box.y})`, tabindex: 0, role: "button", "data-id": id },
      svg("title", {}, `${this.name}\n${id}`),
      svg("rect", { class: "box", width: box.width, height: box.height, rx: 10 }),
      svg("rect", { class: "tile", x: 10, y: top, width: TILE, height: TILE, rx: 8 }),
      svg("path", { class: "icon", d: icons[kind], transform: `translate(17 ${top + 7})` }),
      this.label,
      this.figures,
    );
    setFigures(this.figures, [{ label: kindWords[kind], text: "" }]);
    this.element.setAttribute("aria-label", this.name);
    this.element.addEventListener("click", () => select(id));
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      select(id);
    });
  }

  /** Cuts a label that is too long in the font that there is; to be called once it is drawn. */
  fit(): void {
    const label = this.label.textContent;
    for (let length = label.length - 1; length > 0 && this.label.getComputedTextLength() > this.room; length--) {
      this.label.textContent = `${label.slice(0, length)}…`;
    }
  }

  show(figures: readonly Figure[]): void {
    if (figures.length === 0) return;
    const text = figures.map((figure) => `${figure.label} ${figure.text}`).join(", ");
    if (text === this.shown) return;
    this.shown = text;
    setFigures(this.figures, figures);
    this.element.classList.toggle(
      "alarm",
      figures.some(({ alarm }) => alarm),
    );
    this.element.setAttribute("aria-label", `${this.name}: ${text}`);
  }
}

function setFigures(root: SVGTextElement, figures: readonly Figure[]): void {
  root.replaceChildren(
    ...figures.flatMap(({ alarm, label, text }, index) => [
      svg("tspan", {}, `${index === 0 ? "" : " · "}${label} `),
      svg("tspan", { class: `number${alarm ? " alarm" : ""}` }, text),
    ]),
  );
}

class EdgeView {
  readonly element: SVGGElement;
  private readonly rate: SVGTextElement;
  private readonly isDeadLetter: boolean;

  constructor({ both, kind, points }: DrawnEdge) {
    this.isDeadLetter = kind === "dead-letter";
    const { x, y } = labelPlace(points);
    this.rate = svg("text", { x, y: y - 5 });
    this.element = svg(
      "g",
      { class: `edge ${kind}`, "aria-hidden": "true" },
      svg("path", { d: pathOf(points) }),
      svg("path", { class: "head", d: headOf(points) }),
      both && svg("path", { class: "head", d: headOf(points.toReversed()) }),
      this.rate,
    );
  }

  /** @param total what went over it so far */
  show(total: number, rate: number): void {
    this.element.classList.toggle("active", rate > 0);
    this.element.classList.toggle("alarm", this.isDeadLetter && total > 0);
    setText(this.rate, rate > 0 ? perSecond(rate) : "");
  }
}
