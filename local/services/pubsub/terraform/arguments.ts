/** Reads the arguments of a resource as they stand in cdk.tf.json. */
import type { StackResource } from "../../../service";

export interface Block {
  readonly [argument: string]: unknown;
}

export class Arguments {
  constructor(
    private readonly address: string,
    private readonly block: Block,
  ) {}

  static of({ address, config }: StackResource): Arguments {
    return new Arguments(address, config);
  }

  text(name: string): string | undefined {
    const value = this.block[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw this.wrong(name, "a text");
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === "") throw new Error(`${this.address} has no ${name}`);
    return value;
  }

  flag(name: string): boolean {
    return this.text(name) === "true";
  }

  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (Number.isNaN(value)) throw this.wrong(name, "a number");
    return value;
  }

  /** "600s", "1.5s" */
  duration(name: string): { seconds: number; nanos: number } | undefined {
    const text = this.text(name);
    if (text === undefined || text === "") return undefined;
    const match = /^(\d+)(?:\.(\d{1,9}))?s$/.exec(text);
    if (match === null) throw this.wrong(name, 'a duration in seconds, as "600s"');
    return { seconds: Number(match[1]), nanos: Number((match[2] ?? "").padEnd(9, "0")) };
  }

  labels(): { readonly [key: string]: string } {
    return Object.fromEntries(
      Object.entries((this.block.labels ?? {}) as Block).map(([key, value]) => [key, String(value)]),
    );
  }

  /** A nested block: written as an object, or as a list of one. */
  nested(name: string): Arguments | undefined {
    const value = this.block[name];
    const one: unknown = Array.isArray(value) ? value[0] : value;
    if (one === undefined || one === null) return undefined;
    if (typeof one !== "object") throw this.wrong(name, "a block");
    return new Arguments(`${this.address}.${name}`, one as Block);
  }

  /** Is there such a block, whatever is in it? */
  has(name: string): boolean {
    const value = this.block[name];
    return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
  }

  private wrong(name: string, wanted: string): Error {
    return new Error(`${this.address}: ${name} is ${JSON.stringify(this.block[name])}, and should be ${wanted}`);
  }
}
