import type { JsonObject, JsonValue } from '../core/contract/json.ts'
import type { SchemaNode } from './check-run.ts'
import { type Check } from './check-run.ts'
import type { Pattern } from './pattern/pattern.ts'
import type { References, SchemaPlace } from './references.ts'
import type { Work } from './work.ts'

/** The differences between drafts that matter here. */
export interface Draft {
  readonly idKeyword: '$id' | 'id'
  readonly refIsAlone: boolean
  /** Whether `contains` marks matching items as evaluated. */
  readonly containsEvaluates: boolean
}

/** Services that the compilation of keywords uses. */
export interface Compiling {
  readonly draft: Draft
  readonly references: References
  /** The node of the schema at `keyword` of the current schema. */
  inner(schema: JsonValue | undefined, ...keywords: (string | number)[]): SchemaNode
  /** As {@link inner}, for a schema that applies to the same value. */
  inPlace(schema: JsonValue | undefined, ...keywords: (string | number)[]): SchemaNode
  /** The node of a reference's target, which applies to the same value. */
  target(place: SchemaPlace, pointer: string): SchemaNode
  /** The pattern at `keyword`; undefined if it cannot be checked and is to be skipped. */
  pattern(source: string, keyword: string): Pattern | undefined
  readonly base: string
  /** Location of the schema in its document, for messages. */
  readonly pointer: string
  readonly work: Work
}

export type KeywordCompiler = (schema: JsonObject, compiling: Compiling) => Check[]
