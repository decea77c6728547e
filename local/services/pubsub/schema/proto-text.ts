/**
 * Reads a protobuf definition: one file with one top-level message, as Pub/Sub takes it. Nested messages and enums,
 * maps, oneofs, both syntaxes; no imports, services or extensions.
 * @see https://cloud.google.com/pubsub/docs/schemas#schema-types
 */
import { BadDefinition } from "./compiled";

export interface ProtoMessage {
  readonly name: string;
  readonly fields: ProtoField[];
  readonly messages: Map<string, ProtoMessage>;
  readonly enums: Map<string, ProtoEnum>;
  readonly parent: ProtoMessage | undefined;
}
export interface ProtoEnum {
  readonly name: string;
  readonly values: Map<string, number>;
}
export interface ProtoField {
  readonly name: string;
  readonly number: number;
  readonly label: "single" | "optional" | "required" | "repeated";
  /** A scalar's name, or that of a message or enum as it is written. */
  readonly type: string;
  /** Of a map: the key's type; `type` is the value's. */
  readonly keyType?: string;
}

/** @throws BadDefinition with the line and what is wrong */
export function parseProto(definition: string): ProtoMessage {
  return new Parser(definition).file();
}

const TOKEN =
  /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|([A-Za-z_.][\w.]*|-?\d[\w.+-]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[{}[\]()<>=;,:-])/y;

class Parser {
  private readonly tokens: { readonly text: string; readonly line: number }[] = [];
  private at = 0;

  constructor(definition: string) {
    let line = 1;
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < definition.length) {
      const start = TOKEN.lastIndex;
      const match = TOKEN.exec(definition);
      if (match === null) throw new BadDefinition(`line ${line}: ${JSON.stringify(definition[start])} is not expected`);
      if (match[1] !== undefined) this.tokens.push({ text: match[1], line });
      line += match[0].split("\n").length - 1;
    }
  }

  file(): ProtoMessage {
    const root: ProtoMessage = { name: "", fields: [], messages: new Map(), enums: new Map(), parent: undefined };
    while (this.at < this.tokens.length) {
      const word = this.next();
      if (word === "message") this.message(root);
      else if (word === "enum") this.enumeration(root);
      else if (word === "syntax" || word === "edition" || word === "package" || word === "option") this.skipStatement();
      else if (word !== ";") throw this.wrong(`${word} is not taken here: a schema is one message, without imports`);
    }
    const [message, another] = root.messages.values();
    if (message === undefined) throw new BadDefinition("the definition has no message");
    if (another !== undefined) {
      throw new BadDefinition(
        `the definition has two top-level messages, ${message.name} and ${another.name}: nest one in the other`,
      );
    }
    return message;
  }

  private message(parent: ProtoMessage): void {
    const message: ProtoMessage = { name: this.name(), fields: [], messages: new Map(), enums: new Map(), parent };
    this.expect("{");
    while (!this.accept("}")) this.member(message);
    parent.messages.set(message.name, message);
    const numbers = new Set(message.fields.map(({ number }) => number));
    const names = new Set(message.fields.map(({ name }) => name));
    if (numbers.size < message.fields.length) throw this.wrong(`message ${message.name} uses a field number twice`);
    if (names.size < message.fields.length) throw this.wrong(`message ${message.name} uses a field name twice`);
  }

  private member(message: ProtoMessage): void {
    if (this.accept("message")) return this.message(message);
    if (this.accept("enum")) return this.enumeration(message);
    if (this.accept("oneof")) {
      this.name();
      this.expect("{");
      while (!this.accept("}")) this.member(message);
      return undefined;
    }
    if (this.accept("reserved") || this.accept("extensions") || this.accept("option")) return this.skipStatement();
    if (this.accept(";")) return undefined;
    const label = this.accept("repeated")
      ? "repeated"
      : this.accept("optional")
        ? "optional"
        : this.accept("required")
          ? "required"
          : "single";
    message.fields.push(this.accept("map") ? this.mapField() : this.field(label));
    return undefined;
  }

  private field(label: ProtoField["label"]): ProtoField {
    const type = this.name();
    return { label, type, ...this.nameAndNumber() };
  }

  private mapField(): ProtoField {
    this.expect("<");
    const keyType = this.name();
    this.expect(",");
    const type = this.name();
    this.expect(">");
    return { label: "repeated", keyType, type, ...this.nameAndNumber() };
  }

  private nameAndNumber(): { name: string; number: number } {
    const name = this.name();
    this.expect("=");
    const number = this.integer();
    if (number < 1 || number > 536_870_911) throw this.wrong(`${number} is not a field number`);
    while (!this.accept(";")) this.next();
    return { name, number };
  }

  private enumeration(parent: ProtoMessage): void {
    const name = this.name();
    const values = new Map<string, number>();
    this.expect("{");
    while (!this.accept("}")) {
      if (this.accept("option") || this.accept("reserved")) {
        this.skipStatement();
        continue;
      }
      const value = this.name();
      this.expect("=");
      values.set(value, this.integer());
      while (!this.accept(";")) this.next();
    }
    parent.enums.set(name, { name, values });
  }

  private skipStatement(): void {
    while (this.next() !== ";");
  }

  private name(): string {
    const word = this.next();
    if (!/^[A-Za-z_.]/.test(word)) throw this.wrong(`expected a name, found ${word}`);
    return word;
  }

  private integer(): number {
    const word = this.next();
    const value = Number(word);
    if (!Number.isInteger(value)) throw this.wrong(`expected a number, found ${word}`);
    return value;
  }

  private expect(text: string): void {
    const word = this.next();
    if (word !== text) throw this.wrong(`expected ${text}, found ${word}`);
  }

  private accept(text: string): boolean {
    if (this.tokens[this.at]?.text !== text) return false;
    this.at += 1;
    return true;
  }

  private next(): string {
    const token = this.tokens[this.at];
    if (token === undefined) throw new BadDefinition("the definition ends too early");
    this.at += 1;
    return token.text;
  }

  private wrong(why: string): BadDefinition {
    return new BadDefinition(`line ${this.tokens[this.at - 1]?.line ?? 1}: ${why}`);
  }
}
