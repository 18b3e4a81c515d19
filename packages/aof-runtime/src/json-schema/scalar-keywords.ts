import type { JsonObject, JsonValue } from '../core/contract/json.ts'
import type { Check, CheckRun } from './check-run.ts'
import type { Compiling } from './compiling.ts'
import { CompositeMap, isComposite } from './equality.ts'
import { formats } from './formats.ts'
import { countOf, quoted, shown } from './messages.ts'
import { isMultipleOf } from './multiple-of.ts'
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
  if (Array.isArray(values)) {
    checks.push(oneOfValues(values, work, 'Expected one of'))
  }
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

type Refusal = (() => string) | undefined

function textChecks(schema: JsonObject, compiling: Compiling): Check[] {
  const checks: ((value: string, run: CheckRun) => Refusal)[] = []
  const { minLength, maxLength, pattern: source, format } = schema
  if (typeof minLength === 'number' || typeof maxLength === 'number')
    checks.push(lengthCheck(Number(minLength ?? 0), Number(maxLength ?? Infinity)))
  if (typeof source === 'string') {
    const pattern = compiling.pattern(source, 'pattern')
    checks.push((value, run) => {
      if (pattern === undefined) return run.doubt()
      return pattern.test(value, run.work) ? undefined : () => `Expected a string that matches ${source}.`
    })
  }
  const isFormat = typeof format === 'string' ? formats.get(format) : undefined
  if (isFormat !== undefined) {
    checks.push((value, run) => {
      run.work.spend(1 + (value.length >> 1))
      return isFormat(value) ? undefined : () => `Expected a string of the format ${String(format)}.`
    })
  }
  return checks.map((check) => (value, run) => {
    const refusal = typeof value === 'string' ? check(value, run) : undefined
    return refusal === undefined || run.fail(refusal)
  })
}

/** Lengths count code points; some take two code units. */
function lengthCheck(min: number, max: number): (value: string, run: CheckRun) => Refusal {
  return (value, run) => {
    if (value.length >= 2 * min && value.length <= max) return undefined
    run.work.spend(value.length >> 3)
    const length = charactersOf(value)
    if (length < min) return () => `Expected at least ${countOf(min, 'character')}, got ${length}.`
    return length <= max ? undefined : () => `Expected at most ${countOf(max, 'character')}, got ${length}.`
  }
}

function charactersOf(text: string): number {
  let pairs = 0
  for (let i = 0; i < text.length; i++)
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) pairs++
  return text.length - pairs
}

function numberChecks(schema: JsonObject): Check[] {
  const checks: ((value: number, run: CheckRun) => Refusal)[] = []
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  // In draft 4 the exclusive bounds are flags beside the others.
  const above = exclusiveMinimum === true ? minimum : exclusiveMinimum
  const below = exclusiveMaximum === true ? maximum : exclusiveMaximum
  const limit = (bound: JsonValue | undefined, fits: (value: number, at: number) => boolean, words: string): void => {
    if (typeof bound !== 'number') return
    checks.push((value) => (fits(value, bound) ? undefined : () => `Expected ${words} ${bound}, got ${value}.`))
  }
  limit(minimum, (value, at) => value >= at, 'at least')
  limit(maximum, (value, at) => value <= at, 'at most')
  limit(above, (value, at) => value > at, 'more than')
  limit(below, (value, at) => value < at, 'less than')
  if (typeof multipleOf === 'number')
    checks.push((value, run) =>
      isMultipleOf(value, multipleOf, run.work)
        ? undefined
        : () => `Expected a multiple of ${multipleOf}, got ${value}.`,
    )
  return checks.map((check) => (value, run) => {
    const refusal = typeof value === 'number' ? check(value, run) : undefined
    return refusal === undefined || run.fail(refusal)
  })
}
