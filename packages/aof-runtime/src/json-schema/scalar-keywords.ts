import type { JsonObject, JsonValue } from '../core/contract/json.ts'
import type { Check, CheckRun } from './check-run.ts'
import type { Compiling } from './compiling.ts'
import { CompositeMap, isComposite } from './equality.ts'
import { formats } from './formats.ts'
import { checkSize, quoted, shown } from './messages.ts'
import { UnusableSchema } from './unusable-schema.ts'
import type { Work } from './work.ts'

/** Checks of `type`, `enum` and `const`, and the keywords for strings and numbers. */
export function scalarChecks(schema: JsonObject, compiling: Compiling): Check[] {
  return [...valueChecks(schema, compiling), ...textChecks(schema, compiling), ...numberChecks(schema)]
}

const TYPES: readonly string[] = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']

function valueChecks(schema: JsonObject, { work, pointer }: Compiling): Check[] {
  const checks: Check[] = []
  const { type, const: only } = schema
  if (typeof type === 'string' || Array.isArray(type)) {
    const types = [type].flat().filter((one) => typeof one === 'string')
    // No value would fit, and the error would blame the arguments.
    const unknown = types.find((one) => !TYPES.includes(one))
    if (unknown !== undefined)
      throw new UnusableSchema(
        `${pointer}/type`,
        `at ${pointer} the type ${quoted(unknown)} is unknown; known are ${TYPES.join(', ')}`,
      )
    checks.push(typeCheck(types))
  }
  const { enum: values } = schema
  if (Array.isArray(values)) checks.push(oneOfValues(values, work, 'Expected one of'))
  if (only !== undefined) checks.push(oneOfValues([only], work, 'Expected'))
  return checks
}

function typeCheck(types: readonly string[]): Check {
  return (value, run) => {
    const actual = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
    for (const type of types) if (type === actual || (type === 'integer' && Number.isInteger(value))) return true
    return run.fail(() => `Expected ${types.join(' or ')}, got ${actual}.`)
  }
}

function oneOfValues(values: readonly JsonValue[], work: Work, words: string): Check {
  // The message is built once: the values may be large, and many arguments may be refused.
  let text: string | undefined
  const message = (): string => (text ??= `${words} ${shown(values)}.`)
  const scalars = new Set<JsonValue>(values.filter((one) => !isComposite(one)))
  const composites = new CompositeMap<true>()
  let hasComposites = false
  for (const one of values.filter(isComposite)) {
    hasComposites = true
    composites.getOrAdd(one, true, work)
  }
  return (value, run) => {
    const isOne = isComposite(value) ? hasComposites && composites.has(value, run.work) : scalars.has(value)
    return isOne || run.fail(message)
  }
}

function textChecks(schema: JsonObject, compiling: Compiling): Check[] {
  const checks: ((value: string, run: CheckRun) => boolean)[] = []
  const { minLength, maxLength, pattern: source, format } = schema
  if (typeof minLength === 'number' || typeof maxLength === 'number')
    checks.push(lengthCheck(Number(minLength ?? 0), Number(maxLength ?? Infinity)))
  if (typeof source === 'string') {
    const pattern = compiling.pattern(source, 'pattern')
    checks.push((value, run) => {
      if (pattern === undefined) return run.doubt()
      return pattern.test(value, run.work) || run.fail(() => `Expected a string that matches ${source}.`)
    })
  }
  const isFormat = typeof format === 'string' ? formats.get(format) : undefined
  if (isFormat !== undefined) {
    checks.push((value, run) => {
      run.work.spend(1 + (value.length >> 1))
      return isFormat(value) || run.fail(() => `Expected a string of the format ${String(format)}.`)
    })
  }
  return checks.map((check) => (value, run) => typeof value !== 'string' || check(value, run))
}

/** Lengths count code points; some take two code units. */
function lengthCheck(min: number, max: number): (value: string, run: CheckRun) => boolean {
  return (value, run) => {
    if (value.length >= 2 * min && value.length <= max) return true
    run.work.spend(value.length >> 3)
    return checkSize(charactersOf(value), min, max, 'character', run)
  }
}

function charactersOf(text: string): number {
  let pairs = 0
  for (let i = 0; i < text.length; i++)
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) pairs++
  return text.length - pairs
}

function numberChecks(schema: JsonObject): Check[] {
  const checks: ((value: number, run: CheckRun) => boolean)[] = []
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  // In draft 4 the exclusive bounds are flags beside the others.
  const above = exclusiveMinimum === true ? minimum : exclusiveMinimum
  const below = exclusiveMaximum === true ? maximum : exclusiveMaximum
  const limit = (bound: JsonValue | undefined, fits: (value: number, at: number) => boolean, words: string): void => {
    if (typeof bound !== 'number') return
    checks.push((value, run) => fits(value, bound) || run.fail(() => `Expected ${words} ${bound}, got ${value}.`))
  }
  limit(minimum, (value, at) => value >= at, 'at least')
  limit(maximum, (value, at) => value <= at, 'at most')
  limit(above, (value, at) => value > at, 'more than')
  limit(below, (value, at) => value < at, 'less than')
  if (typeof multipleOf === 'number')
    checks.push(
      (value, run) =>
        isMultipleOf(value, multipleOf, run.work) ||
        run.fail(() => `Expected a multiple of ${multipleOf}, got ${value}.`),
    )
  return checks.map((check) => (value, run) => typeof value !== 'number' || check(value, run))
}

/** Work for comparing the digits of two numbers. */
const DECIMAL_WORK = 32

/** Turns numbers with up to six decimal places into integers. */
const SCALE = 1_000_000

/** Whether `value` is a multiple of `divisor` in decimal notation, e.g. 0.3 of 0.1, which double precision denies. */
function isMultipleOf(value: number, divisor: number, work: Work): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(divisor)) return value % divisor === 0
  const scaled = Math.round(value * SCALE)
  const scaledDivisor = Math.round(divisor * SCALE)
  if (isScaled(scaled, value) && isScaled(scaledDivisor, divisor)) return scaled % scaledDivisor === 0
  const [digits, exponent] = decimal(value)
  const [divisorDigits, divisorExponent] = decimal(divisor)
  const shift = exponent - divisorExponent
  work.spend(DECIMAL_WORK + (Math.abs(shift) >> 1))
  return shift >= 0
    ? (digits * 10n ** BigInt(shift)) % divisorDigits === 0n
    : digits % (divisorDigits * 10n ** BigInt(-shift)) === 0n
}

/** Whether scaling gave an exact integer: at most six decimal places, and few enough digits to be precise. */
function isScaled(scaled: number, value: number): boolean {
  return scaled / SCALE === value && Math.abs(scaled) < 1e15 && scaled !== 0
}

/** A number as its digits and a power of ten. */
function decimal(value: number): readonly [bigint, number] {
  const [mantissa = '0', exponent = '0'] = String(value).split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  return [BigInt(whole + fraction), Number(exponent) - fraction.length]
}
