import type { TickMessage } from "../protocol";
import { count, duration, perSecond } from "../words";
import { clockTime, html, setText } from "./dom";
import { Rates } from "./rates";
import { Sparkline } from "./sparkline";

/** The tiles above the graph. */
export class TotalsView {
  private readonly rates = new Rates();
  private readonly events = new Tile("Events in", "events a second");
  private readonly backlog = new Tile("Backlog", "backlog");
  private readonly watermark = new Tile("Watermark", "lag");
  private readonly rows = new Tile("Rows out", "rows a second");
  private readonly deadLetters = new Tile("Dead letters");

  constructor(root: HTMLElement) {
    const { backlog, deadLetters, events, rows, watermark } = this;
    root.replaceChildren(...[events, backlog, watermark, rows, deadLetters].map((tile) => tile.element));
  }

  show({ at, totals }: TickMessage): void {
    const { backlog, deadLetters, events, oldest, watermark } = totals;
    const rows = Object.values(totals.rows).reduce((sum, one) => sum + one, 0);
    this.rates.add(at, [events, rows]);
    const [eventRate = 0, rowRate = 0] = [this.rates.perSecond(0), this.rates.perSecond(1)];
    this.events.show(count(events), perSecond(eventRate), eventRate);
    this.backlog.show(count(backlog), backlog === 0 ? "all acknowledged" : `oldest ${duration(oldest)}`, backlog);
    this.rows.show(count(rows), perSecond(rowRate), rowRate);
    this.deadLetters.show(count(deadLetters), deadLetters === 0 ? "none" : "set aside, with reasons");
    this.deadLetters.element.classList.toggle("alarm", deadLetters > 0);
    if (watermark === undefined) this.watermark.show("–", "no event time yet", 0);
    else {
      const lag = Math.max(0, (at - watermark) / 1000);
      this.watermark.show(clockTime(watermark), `${duration(lag)} behind now`, lag);
    }
  }
}

class Tile {
  private readonly value = html("div", { class: "value" }, "–");
  private readonly note = html("div", { class: "note" });
  private readonly sparkline: Sparkline | undefined;
  readonly element: HTMLElement;

  /** @param history what its line draws; none without it */
  constructor(title: string, history?: string) {
    this.sparkline = history === undefined ? undefined : new Sparkline(`${history}, the last two minutes`);
    this.element = html(
      "article",
      { class: "total card" },
      html("h2", {}, title),
      this.value,
      this.note,
      this.sparkline?.element,
    );
  }

  show(value: string, note: string, level?: number): void {
    setText(this.value, value);
    setText(this.note, note);
    if (level !== undefined) this.sparkline?.add(level);
  }
}
