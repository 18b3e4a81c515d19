import { keysOf } from 'aof-runtime/internal'
import { DURATION_IN_RANGE, DURATION_PATTERN, MAX_DURATION_MS, MIN_DURATION_MS } from './duration.ts'
import { LOADER_NAMES, type Pattern, TEMPLATE, VARIABLE } from './patterns.ts'

/**
 * The JSON Schema of a part of an agent file, with the keywords that the format uses. `errorMessage` and
 * `patternErrorMessage` are keywords of editors; here they begin with "expected". An `allOf` contains rules that a reader
 * (tools.ts, command.ts, …) checks too, because its messages can say more than a schema.
 */
export type FormatSchema = {
  readonly $schema?: string
  readonly definitions?: Readonly<Record<string, FormatSchema>>
  readonly title?: string
  readonly description?: string
  readonly errorMessage?: string
  readonly patternErrorMessage?: string
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly (string | number)[]
  readonly const?: string | boolean
  readonly default?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: FormatSchema | readonly FormatSchema[]
  readonly minItems?: number
  readonly properties?: Readonly<Record<string, FormatSchema>>
  readonly patternProperties?: Readonly<Record<string, FormatSchema>>
  readonly additionalProperties?: FormatSchema | false
  readonly propertyNames?: FormatSchema
  readonly required?: readonly string[]
  readonly allOf?: readonly FormatSchema[]
  readonly anyOf?: readonly FormatSchema[]
  readonly not?: FormatSchema
  readonly if?: FormatSchema
  readonly then?: FormatSchema
  readonly else?: FormatSchema
}

/** The part of a schema at a JSON Pointer. */
export function schemaAt(schema: FormatSchema, pointer: string): FormatSchema | false {
  return keysOf(pointer).reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], schema) as
    | FormatSchema
    | false
}

/** A field: its schema, and the description that editors show. */
export function field(description: string, schema: FormatSchema): FormatSchema {
  return { description, ...schema }
}

/** Text that is not blank: in quotes, or not readable as a number, a boolean or null. */
export const TEXT: FormatSchema = { type: 'string', pattern: '\\S' }

/** Text, or a number or boolean whose source text is used: `8080`, `1.10`, `true`. */
export const WORD: FormatSchema = { type: ['string', 'number', 'boolean'] }

export const BOOLEAN: FormatSchema = { type: 'boolean' }

/** A reference to {@link DEFINITIONS}. */
const ANY_JSON: FormatSchema = { $ref: '#/definitions/json' }

/** Any JSON. Each number must be finite, and certainly the intended one. */
export const DEFINITIONS: Readonly<Record<string, FormatSchema>> = {
  json: { minimum: -Number.MAX_VALUE, maximum: Number.MAX_VALUE, items: ANY_JSON, additionalProperties: ANY_JSON },
}

/** A map with any JSON content. */
export const JSON_MAP: FormatSchema = { type: 'object', allOf: [ANY_JSON] }

/** A duration: `10s`, `500ms`, `1m30s`, or a number of seconds. */
export const DURATION: FormatSchema = {
  type: ['string', 'number'],
  pattern: DURATION_PATTERN,
  errorMessage: 'expected a duration such as 10s, 500ms, 1m30s, or a number of seconds',
  allOf: [ANY_JSON, { pattern: DURATION_IN_RANGE, minimum: MIN_DURATION_MS / 1000, maximum: MAX_DURATION_MS / 1000 }],
}

/** Text that matches a pattern. */
export function matching({ regex, words }: Pattern): FormatSchema {
  return { type: 'string', pattern: regex, patternErrorMessage: `expected ${words}` }
}

export function whole(minimum: number, maximum: number): FormatSchema {
  return { type: 'integer', minimum, maximum }
}

export function number(minimum: number, maximum: number): FormatSchema {
  return { type: 'number', minimum, maximum }
}

/** One of a few words; `others` are synonyms that messages do not list. */
export function choice(words: readonly string[], others: readonly string[] = []): FormatSchema {
  const named = words.length === 1 ? String(words[0]) : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
  return { type: 'string', enum: [...words, ...others], errorMessage: `expected ${named}` }
}

export function list(items: FormatSchema): FormatSchema {
  return { type: 'array', items }
}

/** A map whose keys are the author's choice. */
export function map({ regex, words }: Pattern, values: FormatSchema): FormatSchema {
  return {
    type: 'object',
    patternProperties: { [regex]: values },
    additionalProperties: false,
    patternErrorMessage: `expected ${words}`,
  }
}

/** A map with known fields and no others. */
export function record(
  title: string,
  properties: Readonly<Record<string, FormatSchema>>,
  required: readonly string[] = [],
): FormatSchema {
  return { title, type: 'object', properties, required, additionalProperties: false }
}

/** A value with a short form, text or a number, and a full form, a map of fields. */
export function shortOr(short: FormatSchema, whole: FormatSchema, errorMessage: string): FormatSchema {
  return { ...whole, ...short, type: [short.type ?? [], 'object'].flat(), errorMessage: `expected ${errorMessage}` }
}

/** The schema `fitting` for values that fit `condition`, and `other` for all other values. */
export function when(condition: FormatSchema, fitting: FormatSchema, other: FormatSchema = {}): FormatSchema {
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema; nothing awaits a schema
  return { if: condition, then: fitting, else: other }
}

/** Text in which `${NAME}` stands for a variable. */
export const WITH_VARIABLES: FormatSchema = { ...WORD, allOf: [{ pattern: TEMPLATE }] }

/** Environment variables. */
export const VARIABLES: FormatSchema = {
  ...map(VARIABLE, WITH_VARIABLES),
  allOf: [{ propertyNames: { not: { pattern: LOADER_NAMES } } }],
}
