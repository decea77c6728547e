import { Token, type IResolvable, type IResolveContext } from "cdktf";
import type { IConstruct } from "constructs";

/**
 * A value that is asked for when a stack is synthesized. As cdktf's Lazy, but for the stack trace that each Lazy takes:
 * under a loader with source maps, such as tsx, these are most of what a synthesis costs.
 */
class Late implements IResolvable {
  readonly creationStack: string[] = [];

  constructor(private readonly produce: (scope: IConstruct) => string | string[] | undefined) {}

  resolve({ scope }: IResolveContext): string | string[] | undefined {
    return this.produce(scope);
  }

  toString(): string {
    return Token.asString(this);
  }
}

/** @param produce is told which construct asks */
export const lateText = (produce: (scope: IConstruct) => string): string => Token.asString(new Late(produce));

/** Left away where it turns out to be empty. */
export const lateList = (produce: () => readonly string[]): string[] =>
  Token.asList(
    new Late(() => {
      const list = produce();
      return list.length === 0 ? undefined : [...list];
    }),
  );
