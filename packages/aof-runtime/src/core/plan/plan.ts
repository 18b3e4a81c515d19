import { within } from '../host/within.ts'
import { readArguments } from '../values/arguments.ts'
import type { CallName, ToolCall } from '../contract/call.ts'
import type { Clock } from '../host/clock.ts'
import type { CompiledTool } from '../tool/compiled-tool.ts'
import { CallGraph } from '../order/dependencies/call-graph.ts'
import { findReferences, type ReferenceSyntax } from '../order/dependencies/references.ts'
import { thrownMessage } from '../values/failure.ts'
import type { Redaction } from '../values/redaction.ts'
import { isLater, type Issue, type Validation } from '../contract/schema.ts'
import { printable } from '../contract/text.ts'
import type { GraphCall } from '../order/dependencies/dependent.ts'

/** A step of a plan, as a model writes it. */
export interface PlanStep {
  readonly id: string
  /** The name of a tool. */
  readonly tool: string
  /** With `$result` and `{{id}}` where the results of other steps are to stand. @default {} */
  readonly arguments?: unknown
  /** Steps that must have succeeded, besides those to whose results the arguments refer. */
  readonly dependsOn?: readonly string[]
}

/** Many calls, as one. */
export interface Plan {
  readonly steps: readonly PlanStep[]
}

/** A plan that is good, as a whole: nothing of it has run. */
export interface CheckedPlan {
  readonly steps: readonly CheckedStep[]
}

export interface CheckedStep extends Required<PlanStep> {
  /** Its arguments as its tool has them; undefined where they refer to results. */
  readonly input: { readonly value: unknown } | undefined
}

/** The tools that a plan may name. */
export interface PlanTools {
  readonly maxSteps: number
  readonly maxArgumentsBytes: number
  readonly redaction: Redaction
  tool(name: string): CompiledTool | undefined
  readonly names: readonly string[]
  /** What bounds the answer of a schema that answers later. */
  readonly clock: Clock
  /** How long that of a tool without a timeout of its own may take, in milliseconds; Infinity for as long as it takes. */
  readonly timeoutMs: number
}

/** In plans, texts may hold results, too. */
export const PLAN_REFERENCES: ReferenceSyntax = { templates: true }

/** An id stands in `{{id/pointer}}`. */
const ID = /^[\w.-]{1,64}$/

/** The call that a step is. */
export function stepCall({ id, tool: name, arguments: args, dependsOn }: CheckedStep): ToolCall {
  // A text would be taken for JSON, and read once more.
  return { id, name, arguments: typeof args === 'string' ? JSON.stringify(args) : args, dependsOn }
}

/** Checks a plan as a whole: its steps, what they depend on, and all arguments that refer to no result. */
export async function checkPlan(given: unknown, tools: PlanTools): Promise<Validation<CheckedPlan>> {
  const issues: Issue[] = []
  const steps = readSteps(given, tools, issues)
  if (issues.length > 0) return { ok: false, issues }
  checkOrder(steps, issues)
  const checked = await Promise.all(steps.map((step, i) => checkArguments(step, i, tools, issues)))
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value: { steps: checked } }
}

interface ReadStep extends Required<PlanStep> {
  readonly compiled: CompiledTool
  /** Steps to whose results its arguments refer. */
  readonly producers: readonly CallName[]
  readonly isFilledLater: boolean
}

function readSteps(given: unknown, tools: PlanTools, issues: Issue[]): ReadStep[] {
  const { maxSteps } = tools
  const steps = isObject(given) ? given['steps'] : undefined
  if (!Array.isArray(steps) || steps.length === 0) {
    issues.push({ pointer: '/steps', message: 'expected a list of steps, with at least one' })
    return []
  }
  if (steps.length > maxSteps) {
    issues.push({ pointer: '/steps', message: `expected at most ${maxSteps} steps, found ${steps.length}` })
    return []
  }
  const read = steps.map((step: unknown, i) => readStep(step, `/steps/${i}`, tools, issues))
  return read.filter((step) => step !== undefined)
}

function readStep(given: unknown, at: string, tools: PlanTools, issues: Issue[]): ReadStep | undefined {
  const issue = (pointer: string, message: string): undefined => {
    issues.push({ pointer: `${at}${pointer}`, message })
  }
  if (!isObject(given)) return issue('', 'expected an object with id, tool and arguments')
  const { id, tool: name, arguments: args = {}, dependsOn = [], ...others } = given
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) return issue(`/${printable(unknown, 60)}`, 'is no part of a step')
  if (typeof id !== 'string' || !ID.test(id))
    return issue('/id', 'expected 1 to 64 letters, digits, underscores, hyphens and dots')
  if (!Array.isArray(dependsOn) || dependsOn.some((each) => typeof each !== 'string'))
    return issue('/dependsOn', 'expected a list of ids of steps')
  if (dependsOn.length > tools.maxSteps)
    return issue(
      '/dependsOn',
      `expected no more ids than a plan may have steps, ${tools.maxSteps}, found ${dependsOn.length}`,
    )
  const compiled = typeof name === 'string' ? tools.tool(name) : undefined
  if (typeof name !== 'string' || compiled === undefined) {
    const shown = tools.names.slice(0, 20).join(', ')
    return issue('/tool', `expected the name of a tool: ${shown}${tools.names.length > 20 ? ', …' : ''}`)
  }
  const value = readArguments(args, tools.maxArgumentsBytes, tools.redaction.quoted)
  if (!value.ok) return issue('/arguments', value.message)
  const found = compiled.tool.references === false ? undefined : findReferences(value.value, PLAN_REFERENCES)
  if (found?.ok === false) return issue('/arguments', found.message)
  return {
    id,
    tool: name,
    arguments: value.value,
    dependsOn,
    compiled,
    producers: found?.producers ?? [],
    isFilledLater: found !== undefined,
  }
}

/** Steps of one id, steps that there are not, circles: just what would be found when it runs. */
function checkOrder(steps: readonly ReadStep[], issues: Issue[]): void {
  const graph = new CallGraph((act) => act(), true, false)
  const calls = steps.map(({ id }, index): GraphCall => {
    const impossible = (why: string): void => void issues.push({ pointer: `/steps/${index}`, message: why })
    return { index, id, dependenciesMet() {}, dependencyFailed() {}, dependencyImpossible: impossible, moved() {} }
  })
  const ids = new Set<string>()
  for (const [i, { id }] of steps.entries()) {
    if (ids.has(id)) issues.push({ pointer: `/steps/${i}/id`, message: `another step has the id '${id}'` })
    ids.add(id)
  }
  for (const call of calls) graph.enter(call)
  for (const [i, { dependsOn, producers }] of steps.entries()) {
    const names = [...dependsOn, ...producers]
    if (names.length > 0) graph.add(calls[i] as GraphCall, names)
  }
  graph.close()
}

async function checkArguments(
  { compiled, isFilledLater, id, tool, arguments: args, dependsOn }: ReadStep,
  index: number,
  tools: PlanTools,
  issues: Issue[],
): Promise<CheckedStep> {
  const step = { id, tool, arguments: args, dependsOn }
  if (isFilledLater) return { ...step, input: undefined }
  const validation = await validationOf(compiled, args, tools)
  if (validation.ok) return { ...step, input: { value: validation.value } }
  for (const { pointer, message } of validation.issues)
    issues.push({ pointer: `/steps/${index}/arguments${pointer}`, message })
  return { ...step, input: undefined }
}

/** A schema is code that is not ours: whatever it throws, and if it never answers, is what is wrong with the plan. */
async function validationOf(
  { tool, timeLimits, validateInput }: CompiledTool,
  args: unknown,
  { clock, timeoutMs: least }: PlanTools,
): Promise<Validation> {
  if (validateInput === undefined) return { ok: true, value: args }
  const { timeoutMs = least } = timeLimits
  try {
    const verdict = validateInput(args)
    if (!isLater(verdict) || timeoutMs === Infinity) return await verdict
    const message = `the input schema of '${tool.name}' gave no answer within ${timeoutMs} ms`
    // It holds up no process: the plan may have been given up meanwhile.
    const late = (): Validation => ({ ok: false, issues: [{ pointer: '', message }] })
    return await within(verdict, timeoutMs, clock, late, { keepsAlive: false })
  } catch (thrown) {
    const message = `the input schema of '${tool.name}' failed: ${thrownMessage(thrown)}`
    return { ok: false, issues: [{ pointer: '', message }] }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
