type Optional<T> = { [K in keyof T]: undefined extends T[K] ? K : never }[keyof T]

/** An object in which fields without a value are absent. */
export type Defined<T> = Omit<T, Optional<T>> & { readonly [K in Optional<T>]?: Exclude<T[K], undefined> }

/** The fields that have a value. Options must be absent, and not undefined, to get their defaults. */
export function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>
}
