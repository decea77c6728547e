import { labelsRule, type Labels } from "../core/labels";
import type { Rules } from "../core/rules";

export interface LabelProps {
  /** @default the stack's labels */
  readonly labels?: Labels;
  /** Notes for other tools, on the workload itself. @default none */
  readonly annotations?: { readonly [name: string]: string };
  /** Labels of each revision or execution, by which its costs and logs are found. @default none */
  readonly templateLabels?: Labels;
  /** Notes for other tools, on each revision or execution. @default none */
  readonly templateAnnotations?: { readonly [name: string]: string };
}

/** What was written so in an older form of Cloud Run, and is an option of its own now. */
const taken =
  /^(?:[\w-]+\.)*(?:run\.googleapis\.com|cloud\.googleapis\.com|serving\.knative\.dev|autoscaling\.knative\.dev)\//;

export const labelRules: Rules<LabelProps> = [
  labelsRule,
  {
    ...labelsRule,
    id: "templateLabels-form",
    reads: ["templateLabels"],
    broken: ({ templateLabels }) => labelsRule.broken({ labels: templateLabels })?.replace(/^labels/, "templateLabels"),
  },
  ...(["annotations", "templateAnnotations"] as const).map((prop) => ({
    id: `${prop}-form`,
    reads: [prop],
    page: "https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services",
    broken(props: LabelProps) {
      const own = Object.keys(props[prop] ?? {}).find((name) => taken.test(name));
      return own && `${prop} has ${own}: Cloud Run takes none of its own, each of which is an option by another name`;
    },
  })),
];
