import type { Rule } from "./rules";

/** Names and their values. */
export type Labels = { readonly [name: string]: string };

const MOST = 64;

/** Of everything that takes labels. */
export const labelsRule: Rule<{ readonly labels?: Labels }> = {
  id: "labels-form",
  reads: ["labels"],
  page: "https://cloud.google.com/resource-manager/docs/labels-overview",
  broken({ labels = {} }) {
    const all = Object.entries(labels);
    if (all.length > MOST) return `labels has ${all.length} labels: Google Cloud takes at most ${MOST} on a resource`;
    const wrong = all.find(
      ([name, value]) =>
        !/^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u.test(name) || !/^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u.test(value),
    );
    return (
      wrong &&
      `labels has ${wrong[0]}: "${wrong[1]}": Google Cloud takes at most 63 lower-case letters, digits, "_" and "-" each, a letter first in the name`
    );
  },
};
