import type { JsonObject, JsonValue, ToolResult } from 'aof-runtime'
import type { AgentStatus } from 'aof-runtime/agent'
import { keysOf, printable } from 'aof-runtime/internal'
import { compileLocating } from 'aof-runtime/internal/json-schema'
import { type FormatSchema, list, schemaAt, when } from '../agent-file/format-parts.ts'
import { RECORDING_VERSION, type RecordingLine } from './recording-format.ts'

/** The problem of a line, in words that follow its place. */
export class LineFault extends Error {}

const TEXT: FormatSchema = { type: 'string', errorMessage: 'a string' }
const AMOUNT: FormatSchema = { type: 'number', minimum: 0, errorMessage: 'a number from 0' }
const COUNT: FormatSchema = { ...AMOUNT, type: 'integer', maximum: 2 ** 53 - 1, errorMessage: 'a whole number from 0' }

/** An object with at least these fields, and maybe others. */
function having(fields: Readonly<Record<string, FormatSchema>>, optional = {}): FormatSchema {
  return {
    type: 'object',
    properties: { ...fields, ...optional },
    required: Object.keys(fields),
    errorMessage: 'an object',
  }
}

function oneOf<Word extends string>(words: readonly Word[]): FormatSchema {
  return { enum: words, errorMessage: `one of ${words.join(', ')}` }
}

const STATUSES = ['succeeded', 'failed', 'invalid', 'timed_out', 'aborted', 'rejected', 'skipped', 'lost'] as const
const RUN_STATUSES = ['done', 'aborted', 'max_iterations', 'budget', 'awaiting_approval', 'failed'] as const
const SUCCEEDED: FormatSchema = { const: true, errorMessage: 'true, to agree with its status' }
const NOT_SUCCEEDED: FormatSchema = { const: false, errorMessage: 'false, to agree with its status' }

const RESULT: FormatSchema = {
  ...having({
    index: COUNT,
    id: TEXT,
    name: TEXT,
    timing: having({ queuedMs: AMOUNT, runMs: AMOUNT, totalMs: AMOUNT, attempts: AMOUNT }),
    status: oneOf<ToolResult['status']>(STATUSES),
  }),
  ...when(
    { properties: { status: { const: 'succeeded' } } },
    having({ success: SUCCEEDED, data: { errorMessage: 'the data of a result that succeeded' } }),
    having({ success: NOT_SUCCEEDED, error: having({ message: TEXT }) }),
  ),
}

const PLACE = { run: COUNT, turn: COUNT }
const ERROR = having({ name: TEXT, message: TEXT })
const TOOL = having({ name: TEXT, digest: TEXT, definition: having({}) })
const HEADER = { aof: TEXT, agent: TEXT, model: having({ provider: TEXT, id: TEXT }), settings: having({}) }

const LINE = having({ type: TEXT })

/** The schema of the lines of each type. */
const LINES: ReadonlyMap<string, FormatSchema> = new Map<RecordingLine['type'], FormatSchema>([
  ['recording', having({ ...HEADER, tools: { ...list(TOOL), errorMessage: 'a list' } }, { instructions: TEXT })],
  ['run', having({ run: COUNT, input: TEXT })],
  ['asked', having({ ...PLACE, digest: TEXT })],
  ['part', having({ ...PLACE, ms: AMOUNT, part: having({ type: TEXT }) })],
  ['answered', having({ ...PLACE, ms: AMOUNT }, { error: ERROR })],
  ['result', having({ ...PLACE, result: RESULT }, { arguments: TEXT })],
  ['run_end', having({ run: COUNT, status: oneOf<AgentStatus>(RUN_STATUSES), text: TEXT })],
  ['end', LINE],
])

const validators = new Map<FormatSchema, ReturnType<typeof compileLocating>>()

/** @throws LineFault if parsed JSON is not a line of a recording of this version */
export function checkLine(value: JsonValue): void {
  check(value, LINE)
  const { type, version } = value as JsonObject
  const schema = LINES.get(String(type))
  if (schema === undefined) throw new LineFault(`no line of a recording has the type ${JSON.stringify(type)}`)
  if (type === 'recording' && version !== RECORDING_VERSION)
    throw new LineFault(
      `the recording has version ${JSON.stringify(version)}; this version of aof reads version ${RECORDING_VERSION}`,
    )
  check(value, schema)
}

function check(line: JsonValue, schema: FormatSchema): void {
  const validate = validators.get(schema) ?? compileLocating(schema, 1)
  validators.set(schema, validate)
  const [issue] = validate(line)
  if (issue === undefined) return
  const { errorMessage, properties, required = [] } = schemaAt(schema, issue.schema ?? '#') || {}
  const path = keysOf(issue.pointer)
  const found = path.reduce((inner, key) => (inner as JsonObject)[key] as JsonValue, line)
  const isObject = typeof found === 'object' && found !== null && !Array.isArray(found)
  const missing = isObject ? required.find((name) => !Object.hasOwn(found, name)) : undefined
  if (missing === undefined)
    throw new LineFault(
      `expected ${path.join('.') || 'the line'} to be ${errorMessage}, found ${printable(JSON.stringify(found), 60)}`,
    )
  throw new LineFault(
    `expected ${[...path, missing].join('.')} to be ${properties?.[missing]?.errorMessage}, found nothing`,
  )
}
