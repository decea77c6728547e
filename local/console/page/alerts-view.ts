import type { TickMessage } from "../protocol";
import { html } from "./dom";

/** What stands in the way of the journey: refused accesses first. */
export class AlertsView {
  private shown = "";

  constructor(private readonly root: HTMLElement) {}

  show({ denials, workloads }: TickMessage): void {
    const problems = workloads.flatMap(({ label, pipeline }) =>
      pipeline === undefined || pipeline.problem === null ? [] : [{ label, problem: pipeline.problem }],
    );
    const text = JSON.stringify([denials, problems]);
    if (text === this.shown) return;
    this.shown = text;
    this.root.replaceChildren(
      ...denials.map(({ member, permission, resource, roles }) =>
        html(
          "div",
          { class: "alert" },
          html("strong", {}, "Access denied. "),
          html("code", {}, member),
          " lacks ",
          html("code", {}, permission),
          " on ",
          html("code", {}, resource),
          ...(roles[0] === undefined ? ["."] : [". It would come with ", html("code", {}, roles[0]), "."]),
        ),
      ),
      ...problems.map(({ label, problem }) =>
        html("div", { class: "alert" }, html("strong", {}, `${label}: `), problem),
      ),
    );
  }
}
