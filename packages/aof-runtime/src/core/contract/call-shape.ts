import type { CallName, ToolCall } from './call.ts'
import { checkObject, MisuseError } from './misuse.ts'
import { optionNames, unknownName } from './option-names.ts'
import { suggest } from './suggest.ts'
import { printable } from './text.ts'

const CALL_NAMES = optionNames<ToolCall>({
  id: true,
  name: true,
  arguments: true,
  incomplete: true,
  dependsOn: true,
  timeoutMs: true,
  idleTimeoutMs: true,
  deadlineMs: true,
  priority: true,
})

/** How many properties `call` has, its prototypes' included. */
export function propertyCount(call: object): number {
  let count = 0
  for (const _ in call) count++
  return count
}

/**
 * What is wrong with the properties of a call: it is written in the form of a provider or of another library, or has one
 * that no call has. Undefined where nothing is.
 */
export function oddShape(call: object): string | undefined {
  const unknown = unknownName(call, CALL_NAMES)
  if (unknown === undefined) return undefined
  const form = FORMS.find(({ marks }) => marks.every((mark) => mark in call))
  if (form !== undefined) return `This is ${form.what}, not a call: ${form.remedy}.`
  return `A call has no '${unknown.name}'. ${unknown.advice}`
}

/** How many calls one may depend on by name. */
export const MAX_DEPENDENCIES = 10_000

/** A copy of the names of calls that a host gives; undefined where `given` is not an array of names. Never throws. */
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

/** Forms of calls that people pass on as they are; the first whose marks are all there. */
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

/** Which helper makes calls of an answer that was given in place of calls; undefined where it looks like none. */
export function answerHelper(given: unknown): string | undefined {
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

/** What a call may be given only when it comes whole. */
const ONLY_WHOLE: readonly (keyof ToolCall)[] = [
  'incomplete',
  'dependsOn',
  'timeoutMs',
  'idleTimeoutMs',
  'deadlineMs',
  'priority',
]

/** What a place is reserved by, and what the beginnings of calls have beside it in most streams: near to no option. */
const RESERVED_BY: ReadonlySet<string> = new Set(['id', 'name', 'type', 'index'])

/**
 * Throws a {@link MisuseError} for what reserving a place would ignore. The beginning of a call as the provider streams
 * it, with properties of its own, is welcome.
 */
export function checkReservation(call: object): void {
  checkObject('batch.reserve(call)', call)
  for (const name in call) {
    if (RESERVED_BY.has(name)) continue
    const meant = suggest(name, ONLY_WHOLE)
    if (meant !== undefined)
      throw new MisuseError(
        `batch.reserve(call).${printable(name, 100)}`,
        `a place is reserved by id and name alone; a call with ${meant} comes whole, by batch.add(call).`,
      )
  }
}
