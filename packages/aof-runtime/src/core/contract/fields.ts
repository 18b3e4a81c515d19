/** The properties of an untrusted object: any may be missing or have any type. */
export type Fields = Readonly<Record<string, unknown>>

/** The properties of `value`; empty if it is not an object. */
export function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {}
}

/** Whether `value` is an object, not an array. */
export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object with these fields; the same object if it has them already. */
export function withFields<T extends object>(object: T, fields: Partial<T>): T {
  for (const key in fields) if (object[key] !== fields[key]) return { ...object, ...fields }
  return object
}

/** The fields that are not undefined. */
export function defined<T extends object>(fields: { readonly [Key in keyof T]: T[Key] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>
}

/** The elements of `value`; empty if it is not an array. */
export function elementsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
