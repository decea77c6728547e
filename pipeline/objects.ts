/** The same names with other values. */
export const mapValues = <A, B>(
  object: { readonly [name: string]: A },
  change: (value: A, name: string) => B,
): { readonly [name: string]: B } =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value, name)]));

/** An object without some of its names. */
export const omit = <T extends object, Name extends keyof T>(object: T, names: readonly Name[]): Omit<T, Name> =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name as Name))) as Omit<T, Name>;
