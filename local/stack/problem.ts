/** What is wrong with a stack, for whoever wrote it: where, what, and what to do. */
export class StackProblem extends Error {
  override readonly name = "StackProblem";
}
