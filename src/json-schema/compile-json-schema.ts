import { copyJson, NotJson } from '../core/json-copy.ts'
import type { JsonValue } from '../core/json.ts'
import type { Issue, JsonSchema, JsonSchemaCompiler, Validation } from '../core/schema.ts'
import { isComposite } from './canonical.ts'
import { CheckRun, type SchemaNode } from './check-run.ts'
import { type Draft, SchemaCompiler } from './compile-node.ts'
import { References } from './references.ts'
import { OverBudget, Work } from './work.ts'

/** How large a schema may be: bytes of JSON, and values in it. */
const MAX_BYTES = 1_048_576
const MAX_VALUES = 50_000

/** How much work compiling, and each check of a value, may take. */
const COMPILE_WORK = 500_000
const CHECK_WORK = 300_000

/** A large value may take more, in proportion to the values in it; up to a limit. */
const WORK_FOR_EACH = 8
const MOST_WORK = 4_000_000

/** How much more to find out what is wrong with a value that does not fit. */
const TELL_WORK = 250_000

/**
 * Fills the core's port for JSON Schema with an interpreting validator: it generates no code, so it also runs where
 * `eval` is forbidden. Drafts 4, 6, 7, 2019-09 and 2020-12 by `$schema`; 2020-12 where there is none.
 *
 * Schemas come from anywhere, e.g. from an MCP server, and arguments from a model: whatever both are, compiling and
 * checking take bounded work (I39), and no regular expression goes back over what it has read.
 *
 * @throws Error where the schema cannot be used: it refers to what it does not contain (nothing is ever fetched) or to
 * itself without end, is too large, or has a pattern that cannot be checked in bounded time
 */
export const compileJsonSchema: JsonSchemaCompiler = (schema) => {
  const node = compile(schema)
  return (value) => check(node, value as JsonValue)
}

function compile(schema: JsonSchema): SchemaNode {
  const draft = draftOf(schema)
  try {
    // A copy keeps later changes out, and is plain data: of bounded size and depth, without getters and cycles.
    const own = copyJson(schema, { maxBytes: MAX_BYTES, maxValues: MAX_VALUES })
    const references = new References(own, draft.idKeyword, draft.refIsAlone)
    return new SchemaCompiler(references, draft, new Work(COMPILE_WORK)).compile()
  } catch (error) {
    if (error instanceof NotJson) throw new Error(`it ${error.message}`, { cause: error })
    if (error instanceof OverBudget) throw new Error('it takes too much work to make ready', { cause: error })
    throw error
  }
}

function check(node: SchemaNode, value: JsonValue): Validation {
  try {
    // Most values fit, and need no places and words.
    if (fits(node, value)) return { ok: true, value }
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error
    return { ok: false, issues: [{ pointer: '', message: 'It takes too much work to check; send less.' }] }
  }
  return { ok: false, issues: issuesOf(node, value) }
}

function fits(node: SchemaNode, value: JsonValue): boolean {
  try {
    return node.fits(value, new CheckRun(new Work(CHECK_WORK)), undefined)
  } catch (error) {
    const work = Math.min(valuesIn(value) * WORK_FOR_EACH, MOST_WORK)
    if (!(error instanceof OverBudget) || work <= CHECK_WORK) throw error
    return node.fits(value, new CheckRun(new Work(work)), undefined)
  }
}

function valuesIn(value: JsonValue): number {
  if (!isComposite(value)) return 1
  let count = 1
  for (const inner of Array.isArray(value) ? value : Object.values(value)) count += valuesIn(inner)
  return count
}

function issuesOf(node: SchemaNode, value: JsonValue): readonly Issue[] {
  const issues: Issue[] = []
  try {
    node.fits(value, new CheckRun(new Work(TELL_WORK), issues), undefined)
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
