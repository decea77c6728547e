import type { Named, RowsMessage } from "../protocol";
import { count } from "../words";
import { html, setText } from "./dom";
import { Fetched } from "./fetched";

/** The newest rows of a table. */
export class RowsView {
  readonly panel = html("div", {});
  private readonly choice = html("select", { "aria-label": "Table" });
  private readonly note = html("span", { role: "status" });
  private readonly body = html("div", {});
  private readonly fetched = new Fetched<RowsMessage>(
    () => (this.choice.value === "" ? undefined : `/rows?table=${encodeURIComponent(this.choice.value)}`),
    (rows) => this.show(rows),
    (reason) => this.body.replaceChildren(html("p", { class: "empty" }, reason)),
  );

  constructor(tables: readonly Named[]) {
    this.choice.append(...tables.map(({ address, label }) => html("option", { value: address }, label)));
    this.choice.addEventListener("change", () => this.refresh());
    this.panel.append(html("div", { class: "bar" }, this.choice, this.note), this.body);
    if (tables.length === 0) this.body.replaceChildren(html("p", { class: "empty" }, "This stack has no tables."));
  }

  choose(address: string): void {
    this.choice.value = address;
    this.refresh();
  }

  refresh(): void {
    void this.fetched.refresh();
  }

  private show({ columns, rows }: RowsMessage): void {
    setText(this.note, rows.length === 0 ? "" : `${count(rows.length)} rows, the newest first where the table says so`);
    if (rows.length === 0) {
      this.body.replaceChildren(html("p", { class: "empty" }, "No rows yet."));
      return;
    }
    const head = html("tr", {}, ...columns.map((column) => html("th", { scope: "col" }, column)));
    const lines = rows.map((row) =>
      html("tr", {}, ...row.map((value) => html("td", { title: value.length > 60 ? value : undefined }, value))),
    );
    const scrolled = this.body.firstElementChild;
    const [left, top] = [scrolled?.scrollLeft ?? 0, scrolled?.scrollTop ?? 0];
    const box = html(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Rows" },
      html("table", {}, html("thead", {}, head), html("tbody", {}, ...lines)),
    );
    this.body.replaceChildren(box);
    box.scrollTo(left, top);
  }
}
