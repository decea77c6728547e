import { readJourneyRules } from "./journey-rules";
import { madeOf, type Made } from "./made";
import { readConstructs, type ConstructDoc, type Option } from "./types";

/** The whole page. */
export function catalogue(): string {
  const docs = readConstructs();
  const services = [...new Set(docs.map(({ service }) => service))];
  return [
    "# Every construct",
    "Generated from the code by `npm run catalogue`: what each construct makes, its options with their defaults and the reasons, its rules with their sources, the rights it gives by itself and those it can give.",
    contents(docs, services),
    ...services.map((service) =>
      section(
        service,
        docs.filter((doc) => doc.service === service),
      ),
    ),
    journeyRules(),
  ].join("\n\n");
}

const entryOf = (service: string): string =>
  service === "data-journey" || service === "core" ? "data-journey" : `data-journey/${service}`;

function contents(docs: readonly ConstructDoc[], services: readonly string[]): string {
  const rows = services.map((service) => {
    const names = docs.filter((doc) => doc.service === service).map(({ name }) => `[${name}](#${name.toLowerCase()})`);
    return `| \`${entryOf(service)}\` | ${names.join(", ")} |`;
  });
  return table(["import from", "constructs"], rows);
}

const table = (head: readonly string[], rows: readonly string[]): string =>
  [`| ${head.join(" | ")} |`, `| ${head.map(() => "---").join(" | ")} |`, ...rows].join("\n");

const section = (service: string, docs: readonly ConstructDoc[]): string =>
  [`## ${service}`, ...docs.map(construct)].join("\n\n");

function construct(doc: ConstructDoc): string {
  const made = madeOf(doc.service, doc.name);
  const pages = doc.pages.map((page) => `<${page}>`).join(" ");
  return [
    `### ${doc.name}`,
    `${doc.says} ${pages}`.trim(),
    ...(made === undefined ? [] : [facts(made)]),
    ...(doc.options.length === 0 ? [] : [options(doc.options)]),
  ].join("\n\n");
}

function facts({ types, rules, verbs, given }: Made): string {
  const lines = [
    `- **Makes** ${types.map((type) => `\`${type}\``).join(", ")}`,
    ...(verbs.length === 0
      ? []
      : [
          `- **Can give** ${verbs.map(({ verb, role }) => `\`${verb}\` (${role.replace(/^roles\//, "")})`).join(", ")}`,
        ]),
    ...given.map(({ role, on, why }) => `- **Gives** ${role.replace(/^roles\//, "")} on \`${on}\`: ${why}`),
    ...(rules.length === 0 ? [] : [`- **Rules** ${rules.map(({ id, page }) => `[${id}](${page})`).join(", ")}`]),
  ];
  return lines.join("\n");
}

function options(all: readonly Option[]): string {
  const rows = all.map(
    ({ name, needed, says, byDefault }) =>
      `| \`${name}\` | ${cell(needed ? "**needed**" : (byDefault ?? "-"))} | ${cell(says)} |`,
  );
  return table(["option", "default, and why", "what it is"], rows);
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll(/\{@link ([^}]+?)\s*\}/g, "`$1`");

function journeyRules(): string {
  const rows = readJourneyRules().map(({ id, level, page, file }) => `| [${id}](${page}) | ${level} | \`${file}\` |`);
  return [
    "## Rules of whole journeys",
    "Asked when a stack is synthesized, over all that the app's constructs tell of themselves. An error stops the synthesis, unless it is waived with a reason: `withoutRule(scope, id, why)`.",
    table(["rule", "level", "told of in"], rows),
  ].join("\n\n");
}
