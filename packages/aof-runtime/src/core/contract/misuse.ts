/**
 * Wrong use of the library: an impossible option, two tools of one name, a slot completed twice. Thrown early and
 * synchronously if possible; never thrown for a mistake of a tool or a model.
 */
export class MisuseError extends Error {
  override readonly name: string = 'MisuseError'
  /** The option or argument at fault, e.g. `maxParallelTools`. */
  readonly option: string

  /**
   * @param option the wrong option or argument, as the caller wrote it
   * @param problem says what is wrong with it, in whole sentences
   */
  constructor(option: string, problem: string)
  /**
   * @param option the wrong option or argument, as the caller wrote it
   * @param expected says which values are right
   * @param got the wrong value
   */
  constructor(option: string, expected: string, got: unknown)
  constructor(option: string, words: string, ...got: readonly unknown[]) {
    super(got.length === 0 ? `${option}: ${words}` : `${option}: expected ${words}, got ${show(got[0])}.`)
    this.option = option
  }
}

/** A short, safe description of any value for an error message; runs no code of the value. */
function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value)
    case 'bigint':
      return `${value}n`
    case 'symbol':
      return 'a symbol'
    case 'function':
      return 'a function'
    case 'object':
      return value === null ? 'null' : safely(() => (Array.isArray(value) ? 'an array' : 'an object'))
    default:
      return String(value)
  }
}

function safely(read: () => string): string {
  try {
    return read()
  } catch {
    return 'an object'
  }
}

/** Throws a {@link MisuseError} unless `value` is an object. */
export function checkObject(option: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw new MisuseError(option, 'an object', value)
}

const TYPES = { string: 'a string', boolean: 'true or false', function: 'a function' } as const

/** Throws a {@link MisuseError} unless `value` is undefined or of that type. */
export function checkType(option: string, value: unknown, type: keyof typeof TYPES): void {
  if (value !== undefined && typeof value !== type) throw new MisuseError(option, TYPES[type], value)
}

/** Throws a {@link MisuseError} unless `value` is undefined or one of at least two words. */
export function checkOneOf(option: string, value: unknown, words: readonly string[]): void {
  if (value === undefined || words.includes(value as string)) return
  const quoted = words.map((word) => `'${word}'`)
  throw new MisuseError(option, `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`, value)
}

/** Throws a {@link MisuseError} unless `value` is a whole number from `min` to `max` or, where `orInfinity`, Infinity. */
export function checkCount(
  option: string,
  value: number,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
  orInfinity = false,
): void {
  if (orInfinity && value === Infinity) return
  if (!Number.isInteger(value) || value < min || value > max) {
    const range =
      max === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`
    throw new MisuseError(option, orInfinity ? `${range}, or Infinity` : range, value)
  }
}

/** Throws a {@link MisuseError} unless `value` is a duration in milliseconds from `min` to `max` or, where `orInfinity`, Infinity. */
export function checkDuration(option: string, value: number, min: number, max: number, orInfinity = false): void {
  if (orInfinity && value === Infinity) return
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    throw new MisuseError(option, `${min} to ${max} milliseconds${orInfinity ? ', or Infinity for none' : ''}`, value)
  }
}
