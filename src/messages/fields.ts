/** The properties of an object that came from outside: any of them may be missing, or anything. */
export type Fields = Readonly<Record<string, unknown>>

/** The properties of `value`; none where it is not an object. */
export function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {}
}

/** Whether `value` is an object, and no array. */
export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The elements of `value`; none where it is not an array. */
export function elementsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
