import { existsSync } from "node:fs";
import { labelsRule } from "../core/labels";
import { limits } from "../core/limits";
import type { Rule, Rules } from "../core/rules";
import { definitionFaults } from "./definition-check";
import type { DefinitionFault, FaultKind } from "./definition-model";
import { readDefinition, type ReadDefinition } from "./definition";
import type { WorkflowProps } from "./workflow-props";

/** The props, and what was found in the definition. */
interface Checked extends WorkflowProps {
  readonly read: Pick<ReadDefinition, "source" | "lines">;
  readonly faults: readonly DefinitionFault[];
}

/** Reads and checks the definition; of a file that is not there nothing is read. */
export function checked(props: WorkflowProps, name: string): Checked & { readonly needs: ReadDefinition["needs"] } {
  const missing = isMissing(props);
  const { needs, ...read } = missing ? { source: "", needs: [], lines: true } : readDefinition(props.definition);
  return { ...props, name, read, needs, faults: missing ? [] : definitionFaults(read.source) };
}

const isMissing = ({ definition }: WorkflowProps): boolean => "file" in definition && !existsSync(definition.file);

const workflows = limits("Workflows");
const syntax = "https://cloud.google.com/workflows/docs/reference/syntax";
const quotas = "https://cloud.google.com/workflows/quotas";
const DESCRIPTION = 1_000;
const VARIABLES = 20;
const VALUE_BYTES = 4 * 1024;

export const nameRule = workflows.matches(
  "name",
  /^[A-Za-z]([A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$/,
  'takes 1 to 64 letters, digits, "-" and "_", a letter first, and a letter or digit last',
  "https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.workflows/create",
);

const definitionRule = (kind: FaultKind, page: string): Rule<Checked> => ({
  id: `definition-${kind}`,
  reads: ["faults"],
  page,
  broken: ({ faults, read }) =>
    sentenceOf(
      faults.filter((fault) => fault.kind === kind),
      read.lines,
    ),
});

export const rules: Rules<Checked> = [
  nameRule,
  labelsRule,
  {
    id: "description-size",
    reads: ["description"],
    page: "https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.workflows",
    broken: ({ description = "" }) =>
      description.length > DESCRIPTION
        ? `description has ${description.length} characters: Workflows takes ${DESCRIPTION}`
        : undefined,
  },
  {
    id: "definition-file",
    reads: ["definition"],
    page: "https://cloud.google.com/workflows/docs/creating-updating-workflow",
    broken: (props) =>
      "file" in props.definition && isMissing(props)
        ? `definition is in ${props.definition.file}, which is not there: name it from where cdktf.json is`
        : undefined,
  },
  definitionRule("form", syntax),
  definitionRule("steps", `${syntax}/steps`),
  definitionRule("variables", `${syntax}/variables`),
  definitionRule("expressions", `${syntax}/expressions`),
  definitionRule("limits", quotas),
  {
    id: "env-form",
    reads: ["env"],
    page: "https://cloud.google.com/workflows/docs/use-environment-variables",
    broken({ env = {} }) {
      const all = Object.entries(env);
      if (all.length > VARIABLES) return `env has ${all.length} variables: Workflows takes ${VARIABLES}`;
      for (const [name, value] of all) {
        if (!/^[A-Za-z_]\w*$/.test(name) || /^(GOOGLE|WORKFLOWS)/.test(name)) {
          return `env has "${name}": Workflows takes letters, digits and "_", and keeps GOOGLE and WORKFLOWS to itself`;
        }
        const bytes = Buffer.byteLength(value);
        if (bytes > VALUE_BYTES) return `env ${name} is ${bytes} bytes: Workflows takes ${VALUE_BYTES}`;
      }
      return undefined;
    },
  },
  {
    id: "env-missing",
    reads: [],
    page: "https://cloud.google.com/workflows/docs/reference/stdlib/sys/get_env",
    broken({ env = {}, read }) {
      const asked = [...read.source.matchAll(/sys\.get_env\(\s*\\?"([^"\\]*)\\?"\s*\)/g)].map(([, name = ""]) => name);
      const missing = asked.find((name) => !name.startsWith("GOOGLE_CLOUD_") && !(name in env));
      return missing === undefined
        ? undefined
        : `definition asks for ${missing}, which is not in env: give it a value there`;
    },
  },
];

const SHOWN = 3;

function sentenceOf(faults: readonly DefinitionFault[], lines: boolean): string | undefined {
  if (faults.length === 0) return undefined;
  const shown = faults
    .slice(0, SHOWN)
    .map(({ line, where, says }) => `${lines ? `line ${line}, ` : ""}${where} ${says}`);
  const more = faults.length - shown.length;
  return `definition: ${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}
