/** The table that a row goes to, by the values of some of its fields: project.dataset.events_{region}. */
import type { AnyRow } from "../../../pipeline/schema/row";

/** What BigQuery takes in a table's name, but for what makes it hard to write in a query. */
const FIT = /^[A-Za-z0-9_-]{1,200}$/;

export type TableOfRow = (row: AnyRow) => { readonly table: string } | { readonly why: string };

export function tableOfRow(tables: string): TableOfRow {
  // Texts at even places, names of fields between them.
  const parts = tables.split(/\{([^{}]+)\}/);
  return (row) => {
    let table = "";
    for (const [i, part] of parts.entries()) {
      if (i % 2 === 0) table += part;
      else {
        const value = row[part];
        const text = typeof value === "string" ? value : JSON.stringify(value);
        if (!FIT.test(text) || value === null) {
          const shown = text.length > 100 ? `${text.slice(0, 100)}...` : text;
          return { why: `${part} is ${shown}: in a table's name there are letters, digits, _ and -, at most 200` };
        }
        table += text;
      }
    }
    return { table };
  };
}
