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

/** The elements of `value`; empty if it is not an array. */
export function elementsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
