import type { JsonObject } from '../core/json.ts'

/**
 * The language in which the format of agent files is written down (format.ts). The validator reads it, and the
 * published JSON Schema is made from it, so that the two cannot differ.
 */
export type Shape =
  | TextShape
  | WordShape
  | NumberShape
  | BooleanShape
  | ChoiceShape
  | DurationShape
  | ListShape
  | MapShape
  | RecordShape
  | VariantsShape
  | JsonObjectShape

/** Text that is not blank: what is written in quotes, or cannot be read as a number, a boolean or nothing. */
export interface TextShape {
  readonly kind: 'text'
  /** What the text must look like: a regular expression, and words for it. */
  readonly pattern?: Pattern
  /** Further keywords of its JSON Schema; the validator has code of its own for the same. */
  readonly schema?: JsonObject
}

/** Text, or a number or boolean that is taken as it is written: `8080`, `1.10`, `true`. */
export interface WordShape {
  readonly kind: 'word'
  /** Further keywords of its JSON Schema; the validator has code of its own for the same. */
  readonly schema?: JsonObject
}

/** A number in a range, both ends included. */
export interface NumberShape {
  readonly kind: 'number'
  readonly whole: boolean
  readonly min: number
  readonly max: number
}

export interface BooleanShape {
  readonly kind: 'boolean'
}

/** One of a few words; where `anyCase`, in whatever case. */
export interface ChoiceShape {
  readonly kind: 'choice'
  readonly values: readonly string[]
  /** Other words that mean the same; messages do not name them. */
  readonly also?: readonly string[]
  readonly anyCase?: boolean
}

/** A duration: `10s`, `500ms`, `1m30s`, or a number of seconds. */
export interface DurationShape {
  readonly kind: 'duration'
}

export interface ListShape {
  readonly kind: 'list'
  readonly items: Shape
  /** @default 0 */
  readonly min?: number
  /** Further keywords of its JSON Schema; the validator has code of its own for the same. */
  readonly schema?: JsonObject
}

/** A map whose keys the author chooses. */
export interface MapShape {
  readonly kind: 'map'
  readonly keys: Pattern
  readonly values: Shape
  /** Further keywords of its JSON Schema; the validator has code of its own for the same. */
  readonly schema?: JsonObject
}

/** A map with known fields and no others. */
export interface RecordShape {
  readonly kind: 'record'
  /** What it is, for messages: `spec`, `a command`. */
  readonly title: string
  readonly fields: Readonly<Record<string, Field>>
  /** Keywords of the JSON Schema for fields together; the validator has code of its own for the same. */
  readonly together?: JsonObject
}

/** One of several shapes; the first whose `when` fits is the one that was meant. */
export interface VariantsShape {
  readonly kind: 'variants'
  /** What is expected, for messages. */
  readonly words: string
  readonly variants: readonly Variant[]
}

export interface Variant {
  readonly when: 'scalar' | 'list' | 'map' | { readonly field: string }
  readonly shape: Shape
}

/** A map of anything that JSON can hold. */
export interface JsonObjectShape {
  readonly kind: 'json_object'
  /** Further keywords of its JSON Schema; the validator has code of its own for the same. */
  readonly schema?: JsonObject
}

export interface Pattern {
  /** The whole text must match it. Written so that JSON Schema understands it too. */
  readonly regex: string
  /** What that means. */
  readonly words: string
}

/** A field of a record. */
export interface Field {
  readonly shape: Shape
  /** What it is for; editors show it. */
  readonly doc: string
  /** @default false */
  readonly required?: boolean
}

/** Every way in which the words of a choice may be written. */
export function spellings({ values, also = [], anyCase }: ChoiceShape): string[] {
  if (anyCase !== true) return [...values, ...also]
  return [...new Set(values.flatMap((value) => [value, value.toLowerCase(), value.toUpperCase()]))]
}
