import type { CallName, ToolCall } from './call.ts'
import { checkObject, MisuseError } from './misuse.ts'
import { namesOf, unknownName } from './option-names.ts'
import { suggest } from './suggest.ts'
import { printable } from './text.ts'

const CALL_NAMES = namesOf<ToolCall>()(
  'id name arguments incomplete dependsOn timeoutMs idleTimeoutMs deadlineMs priority',
)

/** The number of properties of `call`, including those of its prototypes. */
export function propertyCount(call: object): number {
  let count = 0
  for (const _ in call) count++
  return count
}

/**
 * Says what is wrong with the properties of a call: it has the form of a provider or of another library, or an unknown
 * property. Undefined if nothing is wrong.
 */
export function oddShape(call: object): string | undefined {
  const unknown = unknownName(call, CALL_NAMES)
  if (unknown === undefined) return undefined
  const form = FORMS.find(({ marks }) => marks.every((mark) => mark in call))
  if (form !== undefined) return `This is ${form.what}, not a call: ${form.remedy}.`
  return `A call has no '${unknown.name}'. ${unknown.advice}`
}

/** The most calls that one call can name in `dependsOn`. */
export const MAX_DEPENDENCIES = 10_000

/** A copy of a host's list of names of calls; undefined if `given` is not an array of names. Never throws. */
export function readCallNames(given: unknown): readonly CallName[] | undefined {
  try {
    if (!Array.isArray(given)) return undefined
    const { length } = given
    if (length > MAX_DEPENDENCIES) return undefined
    const names: CallName[] = []
    for (let place = 0; place < length; place++) {
      const name: unknown = given[place]
      if (typeof name !== 'string' && !isPlace(name)) return undefined
      names.push(name)
    }
    return names
  } catch {
    return undefined
  }
}

function isPlace(name: unknown): name is number {
  return Number.isInteger(name) && (name as number) >= 0
}

/** Foreign forms of calls that people pass by mistake; the first whose marks are all present is meant. */
const FORMS: readonly { readonly marks: readonly string[]; readonly what: string; readonly remedy: string }[] = [
  {
    marks: ['toolCallId', 'toolName'],
    what: 'a tool call of the AI SDK',
    remedy: 'give { id: toolCallId, name: toolName, arguments: input }',
  },
  { marks: ['call_id'], what: 'an item of the Responses API of OpenAI', remedy: helper('openaiResponses') },
  { marks: ['function'], what: 'an entry of tool_calls (Chat Completions of OpenAI)', remedy: helper('openaiChat') },
  { marks: ['functionCall'], what: 'a part of Gemini', remedy: helper('gemini') },
  { marks: ['toolUse'], what: 'a block of Amazon Bedrock', remedy: 'give { id: toolUseId, name, arguments: input }' },
  { marks: ['name', 'input'], what: 'a tool_use block of Anthropic', remedy: helper('anthropic') },
  {
    marks: ['name', 'args'],
    what: 'a functionCall of Gemini, or a tool call of LangChain',
    remedy: `${helper('gemini')}; of another library, give args as arguments`,
  },
]

function helper(dialect: string): string {
  return `${dialect}.calls(answer) of 'aof-runtime/messages' makes calls of a whole answer`
}

/**
 * The calls of a turn as they are at this moment. Each call is checked when it gets its place.
 *
 * @throws MisuseError if `calls` is not an array, or cannot be read
 */
export function readCalls(calls: readonly ToolCall[]): readonly ToolCall[] {
  if (!Array.isArray(calls)) throw notCalls(calls)
  try {
    return [...(calls as readonly ToolCall[])]
  } catch {
    throw new MisuseError('calls', EXPECTED_CALLS, 'one that throws when it is read')
  }
}

function notCalls(given: unknown): MisuseError {
  try {
    const helper = answerHelper(given)
    return new MisuseError('calls', helper === undefined ? EXPECTED_CALLS : `${EXPECTED_CALLS} (${helper})`, given)
  } catch {
    return new MisuseError('calls', EXPECTED_CALLS, given)
  }
}

const EXPECTED_CALLS = 'an array of tool calls'

/** The helper that makes calls of an answer that was passed instead of calls; undefined if `given` looks like no answer. */
function answerHelper(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null) return undefined
  const dialect = ANSWERS.find(([mark]) => mark in given)?.[1]
  return dialect === undefined ? undefined : helper(dialect)
}

const ANSWERS: readonly (readonly [mark: string, dialect: string])[] = [
  ['choices', 'openaiChat'],
  ['tool_calls', 'openaiChat'],
  ['output', 'openaiResponses'],
  ['candidates', 'gemini'],
  ['content', 'anthropic'],
]

/** Properties of a call that only `batch.add(call)` takes. */
const ONLY_WHOLE = [...CALL_NAMES].filter((name) => !['id', 'name', 'arguments'].includes(name))

/** Properties that reserve a place, and those that the beginnings of calls have in most streams; none is a misspelled option. */
const RESERVED_BY: ReadonlySet<string> = new Set(['id', 'name', 'type', 'index'])

/**
 * Throws a {@link MisuseError} for an option that reserving a place would ignore. Other properties are allowed, so that the
 * beginning of a call can be passed as the provider streams it.
 */
export function checkReservation(call: object): void {
  checkObject('batch.reserve(call)', call)
  for (const name in call) {
    if (RESERVED_BY.has(name)) continue
    const meant = suggest(name, ONLY_WHOLE)
    if (meant !== undefined)
      throw new MisuseError(
        `batch.reserve(call).${printable(name, 100)}`,
        `a place is reserved by id and name alone; pass a complete call with ${meant} to batch.add(call).`,
      )
  }
}
