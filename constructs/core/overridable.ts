/** What the provider's class takes and the construct has no option for. */
export interface Overridable<Config> {
  /**
   * Arguments of the provider's own class, each in place of what the construct would write. Neither rules nor the local
   * cloud's promises hold for them.
   * @default none
   */
  readonly overrides?: Partial<Config>;
}
