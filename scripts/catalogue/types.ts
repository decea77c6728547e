/** What the compiler knows of the constructs: their comments, their options, their verbs. */
import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import ts from "typescript-5";

export interface Option {
  readonly name: string;
  /** Without it the construct cannot be made. */
  readonly needed: boolean;
  /** The first sentence of its comment. */
  readonly says: string;
  /** As `@default` has it: the value, and after a colon the reason. */
  readonly byDefault: string | undefined;
}

export interface ConstructDoc {
  readonly name: string;
  /** The folder of its service. */
  readonly service: string;
  readonly says: string;
  /** `@see` */
  readonly pages: readonly string[];
  readonly options: readonly Option[];
}

const constructs = join(__dirname, "../../constructs");

/** Every class that a service's entry exports, and that is a construct. */
export function readConstructs(): readonly ConstructDoc[] {
  const entries = readdirSync(constructs, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(constructs, name, "index.ts"))
    .filter((file) => ts.sys.fileExists(file));
  const root = join(constructs, "index.ts");
  const program = ts.createProgram([...entries, root], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  });
  const reader = new Reader(program.getTypeChecker());
  const found = new Map<string, ConstructDoc>();
  for (const file of [...entries, root]) {
    for (const doc of reader.constructsOf(program.getSourceFile(file))) found.set(`${doc.service}/${doc.name}`, doc);
  }
  return [...found.values()].toSorted((a, b) =>
    a.service === b.service ? order(a.name, b.name) : order(a.service, b.service),
  );
}

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

class Reader {
  constructor(private readonly checker: ts.TypeChecker) {}

  constructsOf(file: ts.SourceFile | undefined): readonly ConstructDoc[] {
    const symbol = file && this.checker.getSymbolAtLocation(file);
    if (symbol === undefined) return [];
    return this.checker.getExportsOfModule(symbol).flatMap((exported) => {
      const target = exported.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(exported) : exported;
      const declaration = target.valueDeclaration;
      if (declaration === undefined || !ts.isClassDeclaration(declaration)) return [];
      return this.constructOf(target, declaration);
    });
  }

  private constructOf(symbol: ts.Symbol, declaration: ts.ClassDeclaration): readonly ConstructDoc[] {
    const abstract = declaration.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword) ?? false;
    const signature = this.checker.getTypeOfSymbol(symbol).getConstructSignatures()[0];
    const [scope, id, props] = signature?.parameters ?? [];
    if (abstract || scope?.name !== "scope" || id?.name !== "id") return [];
    return [
      {
        name: symbol.name,
        service: basename(dirname(declaration.getSourceFile().fileName)),
        says: firstSentence(this.comment(symbol)),
        pages: symbol
          .getJsDocTags(this.checker)
          .filter(({ name }) => name === "see")
          .map(({ text }) => ts.displayPartsToString(text)),
        options: props === undefined ? [] : this.optionsOf(this.checker.getTypeOfSymbol(props)),
      },
    ];
  }

  /** Of a union, the options of all of its members. */
  private optionsOf(type: ts.Type): readonly Option[] {
    const defined = this.checker.getNonNullableType(type);
    const members = defined.isUnion() ? defined.types : [defined];
    const found = new Map<string, Option>();
    for (const member of members) {
      for (const property of this.checker.getPropertiesOfType(member)) {
        const known = found.get(property.name);
        const option = this.optionOf(property);
        // What only some members need, not all have.
        found.set(property.name, { ...option, needed: option.needed && (known?.needed ?? true) });
      }
    }
    const everywhere = (name: string): boolean =>
      members.every((member) => this.checker.getPropertyOfType(member, name) !== undefined);
    return [...found.values()].map((option) => ({ ...option, needed: option.needed && everywhere(option.name) }));
  }

  private optionOf(property: ts.Symbol): Option {
    const tags = property.getJsDocTags(this.checker);
    const byDefault = tags.find(({ name }) => name === "default");
    return {
      name: property.name,
      needed: (property.flags & ts.SymbolFlags.Optional) === 0,
      says: firstSentence(this.comment(property)),
      byDefault: byDefault && oneLine(ts.displayPartsToString(byDefault.text)),
    };
  }

  private comment(symbol: ts.Symbol): string {
    return ts.displayPartsToString(symbol.getDocumentationComment(this.checker));
  }
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

/** Up to the first full stop that ends a sentence; what is in quotes and addresses goes on. */
function firstSentence(comment: string): string {
  const text = oneLine(comment.split("\n\n")[0] ?? "");
  return /^.*?[.:](?=\s+[A-Z"`]|$)/.exec(text)?.[0].replace(/:$/, ".") ?? text;
}
