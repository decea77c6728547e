import { html, setText } from "./dom";

export interface Tab {
  readonly id: string;
  readonly title: string;
  readonly panel: HTMLElement;
  /** When it comes to be seen. */
  readonly opened?: () => void;
}

/** Tabs by the pattern that keyboards and screen readers know: https://www.w3.org/WAI/ARIA/apg/patterns/tabs/ */
export class Tabs {
  private readonly buttons = new Map<string, HTMLButtonElement>();
  private readonly badges = new Map<string, HTMLElement>();
  private current = "";

  constructor(
    root: HTMLElement,
    private readonly tabs: readonly Tab[],
  ) {
    for (const { id, panel, title } of tabs) {
      const badge = html("span", { class: "badge", hidden: "" });
      const button = html(
        "button",
        { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}` },
        title,
        badge,
      );
      button.addEventListener("click", () => this.open(id));
      button.addEventListener("keydown", (event) => this.move(event, id));
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", `tab-${id}`);
      panel.id = `panel-${id}`;
      this.buttons.set(id, button);
      this.badges.set(id, badge);
    }
    const list = html("div", { role: "tablist", "aria-label": "Details" }, ...this.buttons.values());
    root.classList.add("card");
    root.replaceChildren(list, ...tabs.map(({ panel }) => panel));
    this.open(tabs[0]?.id ?? "");
  }

  open(id: string): void {
    for (const tab of this.tabs) {
      const chosen = tab.id === id;
      const button = this.buttons.get(tab.id);
      button?.setAttribute("aria-selected", String(chosen));
      button?.setAttribute("tabindex", chosen ? "0" : "-1");
      tab.panel.hidden = !chosen;
    }
    if (this.current === id) return;
    this.current = id;
    this.tabs.find((tab) => tab.id === id)?.opened?.();
  }

  isOpen(id: string): boolean {
    return this.current === id;
  }

  /** A number beside the title; none for an empty text. */
  badge(id: string, text: string, alarm = false): void {
    const badge = this.badges.get(id);
    if (badge === undefined) return;
    badge.hidden = text === "";
    badge.classList.toggle("alarm", alarm);
    setText(badge, text);
  }

  private move(event: KeyboardEvent, from: string): void {
    const at = this.tabs.findIndex(({ id }) => id === from);
    const last = this.tabs.length - 1;
    const targets: { readonly [key: string]: number } = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at === 0 ? last : at - 1,
      Home: 0,
      End: last,
    };
    const target = targets[event.key];
    const tab = target === undefined ? undefined : this.tabs[target];
    if (tab === undefined) return;
    event.preventDefault();
    this.open(tab.id);
    this.buttons.get(tab.id)?.focus();
  }
}
