import { existsSync, readFileSync } from 'node:fs'
import type { JsonObject, JsonValue } from '../../packages/aof-runtime/src/index.ts'

/** Calls whose arguments refer to the results of others, in the notation of a data set. */
export interface RecordedPlan {
  readonly id: string
  readonly calls: readonly RecordedCall[]
}

export interface RecordedCall {
  readonly id: string
  readonly name: string
  readonly arguments: JsonObject
  readonly dependsOn?: readonly string[]
  /** The names that other calls have for what it gives. */
  readonly outputs?: readonly string[]
}

/** A call that stands for one of a data set, and what its arguments have to be when it runs. */
export interface ConvertedCall {
  readonly id: string
  readonly name: string
  readonly arguments: JsonObject
  readonly dependsOn: readonly string[]
  readonly filled: JsonObject
}

const FOLDER = new URL('../../../shared/workloads/', import.meta.url)

export const hasPlans: boolean = existsSync(new URL('nestful.jsonl', FOLDER))

/** For the title of what is skipped without it. */
export const WITHOUT_PLANS: string = hasPlans ? '' : ' (skipped: ../shared/workloads is not there)'

export function plansOf(name: 'nestful' | 'seal-tools' | 'llmcompiler.movie' | 'llmcompiler.plans'): RecordedPlan[] {
  if (!hasPlans) return []
  const lines = readFileSync(new URL(`${name}.jsonl`, FOLDER), 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => JSON.parse(line) as RecordedPlan)
}

/** The value of a call at a place in its result: a text that names that place. */
function givenAt(id: string, pointer: string): string {
  return pointer === '' ? `<all of ${id}>` : `<${id} at ${pointer}>`
}

/** A reference within a text: where it is, and to what. */
interface Found {
  readonly text: string
  readonly id: string
  readonly pointer: string
}

/** How a data set writes references. */
type Notation = (text: string, plan: RecordedPlan) => Found[]

/** `$var1.movies[0]$`, where `var1` is the id of a call. */
export const nestful: Notation = (text, { calls }) =>
  Array.from(text.matchAll(/\$(\w+)((?:\.[^$.[\]]+|\[\d+\])*)\$/g))
    .filter(([, id]) => calls.some((call) => call.id === id))
    .map(([whole, id = '', path = '']) => ({
      text: whole,
      id,
      pointer: path.replaceAll(/\.([^.[]+)|\[(\d+)\]/g, (_, key: string, index: string) => `/${key ?? index}`),
    }))

/** `API_call_1`, one of the names that calls give to what they return. */
export const sealTools: Notation = (text, { calls }) =>
  Array.from(text.matchAll(/API_call_\d+/g)).flatMap(([name]) => {
    const call = calls.find(({ outputs }) => outputs?.includes(name))
    const place = call?.outputs?.indexOf(name) ?? 0
    return call === undefined ? [] : [{ text: name, id: call.id, pointer: `/${place}` }]
  })

/** `$1`, the first of the plan. */
export const llmCompiler: Notation = (text, { calls }) =>
  Array.from(text.matchAll(/\$(\d+)/g)).flatMap(([whole, number]) => {
    const call = calls[Number(number) - 1]
    return call === undefined ? [] : [{ text: whole, id: call.id, pointer: '' }]
  })

/** The calls of a plan in the notation of this project: whole values as `$result`, parts of texts as templates. */
export function convert(plan: RecordedPlan, notation: Notation): ConvertedCall[] {
  return plan.calls.map(({ id, name, arguments: args, dependsOn = [] }) => ({
    id,
    name,
    dependsOn,
    arguments: mapTexts(args, (text) => referring(text, notation(text, plan))) as JsonObject,
    filled: mapTexts(args, (text) => filledIn(text, notation(text, plan))) as JsonObject,
  }))
}

/** Results of the calls in which every reference leads to a value. */
export function resultsFor(plan: RecordedPlan, notation: Notation): Map<string, JsonValue> {
  const results = new Map<string, JsonValue>()
  const seen = (text: string): string => {
    for (const { id, pointer } of notation(text, plan)) put(results, id, pointer)
    return text
  }
  for (const { arguments: args } of plan.calls) mapTexts(args, seen)
  return results
}

function referring(text: string, found: readonly Found[]): JsonValue {
  const [first] = found
  if (first === undefined) return text
  if (first.text === text) return { $result: first.id, ...(first.pointer !== '' && { pointer: first.pointer }) }
  return found.reduce((all, { text: part, id, pointer }) => all.replace(part, `{{${id}${pointer}}}`), text)
}

function filledIn(text: string, found: readonly Found[]): string {
  return found.reduce((all, { text: part, id, pointer }) => all.replace(part, () => givenAt(id, pointer)), text)
}

function mapTexts(value: JsonValue, map: (text: string) => JsonValue): JsonValue {
  if (typeof value === 'string') return map(value)
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, map))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, map)]))
}

/** A whole result that is also referred to in part would have to be two things at once: then it is a list or an object. */
function put(results: Map<string, JsonValue>, id: string, pointer: string): void {
  const tokens = pointer.split('/').slice(1)
  if (tokens.length === 0) {
    if (!results.has(id)) results.set(id, givenAt(id, ''))
    return
  }
  let at = objectAt(results.get(id))
  results.set(id, at)
  for (const [depth, token] of tokens.entries()) {
    if (depth === tokens.length - 1) at[token] = givenAt(id, pointer)
    else at = at[token] = objectAt(at[token])
  }
}

function objectAt(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}
