import { copyJson, NotJson, utf8Length } from '../core/values/json-copy.ts'
import type { JsonValue } from '../core/contract/json.ts'
import type { JsonSchema, JsonSchemaCompiler, OnUncheckable } from '../core/contract/schema.ts'
import { CheckRun, type LocatedIssue, type SchemaNode } from './check-run.ts'
import { SchemaCompiler } from './compile-node.ts'
import { isComposite } from './equality.ts'
import { References } from './references.ts'
import { OverBudget, Work } from './work.ts'
import type { Draft } from './compiling.ts'

/** Bounds of a schema: bytes of JSON, and number of values. */
const MAX_BYTES = 1_048_576
const MAX_VALUES = 50_000

/** Bounds of work for compiling, and for each check of a value. */
const COMPILE_WORK = 500_000
const CHECK_WORK = 300_000

/**
 * The bound of a check grows with the number of values and the bytes of strings in the checked value, so that every
 * string of the largest arguments can be read several times. It has a ceiling of some tenths of a second.
 */
const WORK_FOR_VALUE = 8
const WORK_FOR_BYTE = 4
const MOST_WORK = 40_000_000

/**
 * Implements the JSON Schema port of `core` with an interpreting validator. It generates no code, so it also runs where
 * `eval` is forbidden. `$schema` selects draft 4, 6, 7, 2019-09 or 2020-12 (default 2020-12). From OpenAPI 3.0 it takes
 * `nullable`, and `exclusiveMinimum` and `exclusiveMaximum` as flags.
 *
 * Schemas may come from untrusted sources, e.g. an MCP server, and arguments from a model. Compiling and checking take
 * bounded work for any input (I39), and pattern matching does not backtrack.
 *
 * @param onUncheckable receives patterns that cannot be checked, which are skipped; without it they are refused
 * @throws UnusableSchema if the schema cannot be used, with the location: a keyword has an impossible value, a
 * reference leads outside of the schema (nothing is ever fetched) or to itself without end, or a pattern cannot be
 * checked in bounded time. @throws Error if the schema is too large
 */
export const compileJsonSchema: JsonSchemaCompiler = (schema, onUncheckable) => {
  const node = compile(schema, onUncheckable)
  return (value) => {
    const issues = issuesOf(node, value as JsonValue)
    if (issues.length === 0) return { ok: true, value }
    return { ok: false, issues: issues.map(({ pointer, message }) => ({ pointer, message })) }
  }
}

/**
 * A validator like that of {@link compileJsonSchema}, for code that has words of its own for the parts of its schema: its
 * issues say which part of the schema a value does not fit.
 *
 * @param maxIssues how many issues it lists at most
 */
export function compileLocating(schema: JsonSchema, maxIssues: number): (value: JsonValue) => readonly LocatedIssue[] {
  const node = compile(schema, undefined)
  return (value) => issuesOf(node, value, maxIssues)
}

function compile(schema: JsonSchema, onUncheckable: OnUncheckable | undefined): SchemaNode {
  const draft = draftOf(schema)
  try {
    // The copy is plain data of bounded size and depth, without getters and cycles, and later changes do not reach it.
    const own = copyJson(schema, { maxBytes: MAX_BYTES, maxValues: MAX_VALUES })
    const work = new Work(COMPILE_WORK)
    const references = new References(own, draft.idKeyword, draft.refIsAlone, work)
    return new SchemaCompiler(references, draft, work, onUncheckable).compile()
  } catch (error) {
    if (error instanceof NotJson) throw new Error(`it ${error.message}`, { cause: error })
    if (error instanceof OverBudget) throw new Error('it takes too much work to compile', { cause: error })
    throw error
  }
}

function workFor(value: JsonValue): Work {
  return new Work(CHECK_WORK, () => Math.min(sizeWork(value), MOST_WORK))
}

/** The work that the size of a value adds to the bound. */
function sizeWork(value: JsonValue): number {
  if (typeof value === 'string') return WORK_FOR_VALUE + WORK_FOR_BYTE * utf8Length(value)
  let work = WORK_FOR_VALUE
  if (!isComposite(value)) return work
  if (Array.isArray(value)) for (const item of value) work += sizeWork(item)
  else for (const key in value) work += WORK_FOR_BYTE * utf8Length(key) + sizeWork(value[key] as JsonValue)
  return work
}

function issuesOf(node: SchemaNode, value: JsonValue, maxIssues?: number): readonly LocatedIssue[] {
  try {
    // Most values fit, so the first check collects no locations and messages.
    if (node.fits(value, new CheckRun(workFor(value)), undefined)) return []
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error
    return [{ pointer: '', message: 'It takes too much work to check; send a smaller value.' }]
  }
  const issues: LocatedIssue[] = []
  try {
    node.fits(value, new CheckRun(workFor(value), issues, maxIssues), undefined)
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error
  }
  return issues.length > 0
    ? issues
    : [{ pointer: '', message: 'It does not fit the schema; finding the place takes too much work.' }]
}

function draftOf({ $schema }: JsonSchema): Draft {
  const name = typeof $schema === 'string' ? $schema : ''
  const isOld = /draft-0[3467]/.test(name)
  return {
    idKeyword: /draft-0[34]/.test(name) ? 'id' : '$id',
    refIsAlone: isOld,
    containsEvaluates: !isOld && !name.includes('2019-09'),
  }
}
