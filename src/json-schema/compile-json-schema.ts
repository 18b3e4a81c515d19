import { copyJson, NotJson, utf8Length } from '../core/json-copy.ts'
import type { JsonValue } from '../core/json.ts'
import type { Issue, JsonSchema, JsonSchemaCompiler, OnUncheckable, Validation } from '../core/schema.ts'
import { CheckRun, type SchemaNode } from './check-run.ts'
import { type Draft, SchemaCompiler } from './compile-node.ts'
import { isComposite } from './equality.ts'
import { References } from './references.ts'
import { OverBudget, Work } from './work.ts'

/** How large a schema may be: bytes of JSON, and values in it. */
const MAX_BYTES = 1_048_576
const MAX_VALUES = 50_000

/** How much work compiling, and each check of a value, may take. */
const COMPILE_WORK = 500_000
const CHECK_WORK = 300_000

/**
 * A large value may take more, in proportion to the values in it and to the bytes of its texts, so that every text of the
 * largest arguments can be read several times; up to a limit, some tenths of a second.
 */
const WORK_FOR_VALUE = 8
const WORK_FOR_BYTE = 4
const MOST_WORK = 40_000_000

/**
 * Fills the core's port for JSON Schema with an interpreting validator: it generates no code, so it also runs where
 * `eval` is forbidden. Drafts 4, 6, 7, 2019-09 and 2020-12 by `$schema`; 2020-12 where there is none; and of OpenAPI 3.0
 * `nullable`, and `exclusiveMinimum` and `exclusiveMaximum` as flags.
 *
 * Schemas come from anywhere, e.g. from an MCP server, and arguments from a model: whatever both are, compiling and
 * checking take bounded work (I39), and no regular expression goes back over what it has read.
 *
 * @param onUncheckable gets the patterns that cannot be checked, which are passed over; without it they are refused
 * @throws UnusableSchema where the schema cannot be used, with the place: a keyword has an impossible value, it refers to what it
 * does not contain (nothing is ever fetched) or to itself without end, or has a pattern that cannot be checked in bounded time;
 * and Error where it is too large
 */
export const compileJsonSchema: JsonSchemaCompiler = (schema, onUncheckable) => {
  const node = compile(schema, onUncheckable)
  return (value) => check(node, value as JsonValue)
}

function compile(schema: JsonSchema, onUncheckable: OnUncheckable | undefined): SchemaNode {
  const draft = draftOf(schema)
  try {
    // A copy keeps later changes out, and is plain data: of bounded size and depth, without getters and cycles.
    const own = copyJson(schema, { maxBytes: MAX_BYTES, maxValues: MAX_VALUES })
    const work = new Work(COMPILE_WORK)
    const references = new References(own, draft.idKeyword, draft.refIsAlone, work)
    return new SchemaCompiler(references, draft, work, onUncheckable).compile()
  } catch (error) {
    if (error instanceof NotJson) throw new Error(`it ${error.message}`, { cause: error })
    if (error instanceof OverBudget) throw new Error('it takes too much work to make ready', { cause: error })
    throw error
  }
}

function check(node: SchemaNode, value: JsonValue): Validation {
  try {
    // Most values fit, and need no places and words.
    if (node.fits(value, new CheckRun(workFor(value)), undefined)) return { ok: true, value }
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error
    return { ok: false, issues: [{ pointer: '', message: 'It takes too much work to check; send less.' }] }
  }
  return { ok: false, issues: issuesOf(node, value) }
}

function workFor(value: JsonValue): Work {
  return new Work(CHECK_WORK, () => Math.min(sizeWork(value), MOST_WORK))
}

/** What a value's size allows. */
function sizeWork(value: JsonValue): number {
  if (typeof value === 'string') return WORK_FOR_VALUE + WORK_FOR_BYTE * utf8Length(value)
  let work = WORK_FOR_VALUE
  if (!isComposite(value)) return work
  if (Array.isArray(value)) for (const item of value) work += sizeWork(item)
  else for (const key in value) work += WORK_FOR_BYTE * utf8Length(key) + sizeWork(value[key] as JsonValue)
  return work
}

function issuesOf(node: SchemaNode, value: JsonValue): readonly Issue[] {
  const issues: Issue[] = []
  try {
    node.fits(value, new CheckRun(workFor(value), issues), undefined)
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error
  }
  return issues.length > 0
    ? issues
    : [{ pointer: '', message: 'It does not fit; to find out where takes too much work.' }]
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
