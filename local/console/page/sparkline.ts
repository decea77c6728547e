import { svg } from "./dom";

const WIDTH = 92;
const HEIGHT = 34;
/** One a second: two minutes, and at first as many as there are. */
const MOST = 120;
const FEWEST = 20;

/** A small line of the last two minutes. */
export class Sparkline {
  private readonly line = svg("path", { class: "spark" });
  private readonly area = svg("path", { class: "spark-area" });
  private readonly values: number[] = [];
  readonly element: SVGSVGElement;

  constructor(title: string) {
    const box = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title, preserveAspectRatio: "none" };
    this.element = svg("svg", box, this.area, this.line);
  }

  add(value: number): void {
    this.values.push(value);
    if (this.values.length > MOST) this.values.shift();
    const across = Math.max(FEWEST, this.values.length) - 1;
    const most = Math.max(1e-9, ...this.values);
    const points = this.values.map((one, index) => {
      const x = WIDTH - ((this.values.length - 1 - index) / across) * WIDTH;
      return `${x.toFixed(1)},${(HEIGHT - 1 - (one / most) * (HEIGHT - 3)).toFixed(1)}`;
    });
    const [first = ""] = points;
    this.line.setAttribute("d", `M${points.join("L")}`);
    this.area.setAttribute("d", `M${first.split(",")[0]},${HEIGHT}L${points.join("L")}L${WIDTH},${HEIGHT}Z`);
  }
}
