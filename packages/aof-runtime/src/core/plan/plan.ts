import { within } from '../host/within.ts'
import { readArguments } from '../values/arguments.ts'
import type { ExecutorParts } from '../executor/parts.ts'
import type { CallName, ToolCall } from '../contract/call.ts'
import type { Clock } from '../host/clock.ts'
import type { CompiledTool } from '../tool/compiled-tool.ts'
import { CallGraph } from '../order/dependencies/call-graph.ts'
import { findReferences, type ReferenceSyntax } from '../order/dependencies/references.ts'
import { thrownMessage } from '../values/failure.ts'
import type { Redaction } from '../values/redaction.ts'
import { isLater, type Issue, type Validation } from '../contract/schema.ts'
import { isObject } from '../contract/fields.ts'
import { printable } from '../contract/text.ts'
import type { GraphCall } from '../order/dependencies/dependent.ts'

/** A step of a plan, as a model writes it. */
export interface PlanStep {
  readonly id: string
  /** The name of a tool. */
  readonly tool: string
  /** The arguments, with `$result` and `{{id}}` in place of the results of other steps. @default {} */
  readonly arguments?: unknown
  /** Steps that must have succeeded before, besides those to whose results the arguments refer. */
  readonly dependsOn?: readonly string[]
}

/** Many calls in one. */
export interface Plan {
  readonly steps: readonly PlanStep[]
}

/** A valid plan, of which no step has run yet. */
export interface CheckedPlan {
  readonly steps: readonly CheckedStep[]
}

export interface CheckedStep extends Required<PlanStep> {
  /** The arguments as validated by the tool's schema; undefined if they refer to results. */
  readonly input: { readonly value: unknown } | undefined
}

/** The tools that a plan may name, and the limits of checking it. */
export interface PlanTools {
  readonly maxSteps: number
  readonly maxArgumentsBytes: number
  readonly redaction: Redaction
  tool(name: string): CompiledTool | undefined
  readonly names: readonly string[]
  /** The clock for the timeouts of asynchronous schemas. */
  readonly clock: Clock
  /** The timeout of the schema of a tool that has no timeout itself, in milliseconds; Infinity for none. */
  readonly timeoutMs: number
}

/** @param knows whether a plan may name a tool of the executor. @default all of them */
export function planTools(
  { compiler, clock, redaction, settings }: ExecutorParts,
  maxSteps: number,
  names: readonly string[],
  knows: (name: string) => boolean = () => true,
): PlanTools {
  const { maxArgumentsBytes, timeoutMs } = settings
  const tool = (name: string): CompiledTool | undefined => (knows(name) ? compiler.registry.get(name) : undefined)
  return { maxSteps, names, tool, clock, redaction, maxArgumentsBytes, timeoutMs }
}

/** In plans, texts may refer to results, too. */
export const PLAN_REFERENCES: ReferenceSyntax = { templates: true }

/** Ids can be written in `{{id/pointer}}`. */
const ID = /^[\w.-]{1,64}$/

export function stepCall({ id, tool: name, arguments: args, dependsOn }: CheckedStep): ToolCall {
  // Otherwise a text would be parsed as JSON again.
  return { id, name, arguments: typeof args === 'string' ? JSON.stringify(args) : args, dependsOn }
}

/** Checks a plan as a whole: its steps, their dependencies, and all arguments that refer to no result. */
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
  if (unknown !== undefined) return issue(`/${printable(unknown, 60)}`, 'is not a property of a step')
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

/** Checks for repeated ids, unknown steps and circles, by the same rules as when the plan runs. */
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
  const step = { id, tool, arguments: args, dependsOn, input: undefined }
  if (isFilledLater) return step
  const validation = await validationOf(compiled, args, tools)
  if (validation.ok) return { ...step, input: { value: validation.value } }
  for (const { pointer, message } of validation.issues)
    issues.push({ pointer: `/steps/${index}/arguments${pointer}`, message })
  return step
}

/** A schema that throws, or does not answer in time, is an issue of the plan. */
async function validationOf(
  { tool, timeLimits, validateInput }: CompiledTool,
  args: unknown,
  { clock, timeoutMs: defaultMs }: PlanTools,
): Promise<Validation> {
  if (validateInput === undefined) return { ok: true, value: args }
  const { timeoutMs = defaultMs } = timeLimits
  try {
    const verdict = validateInput(args)
    if (!isLater(verdict) || timeoutMs === Infinity) return await verdict
    const message = `the input schema of '${tool.name}' gave no answer within ${timeoutMs} ms`
    // The timer does not keep the process alive, since the plan may have been aborted meanwhile.
    const late = (): Validation => ({ ok: false, issues: [{ pointer: '', message }] })
    return await within(verdict, timeoutMs, clock, late, { keepsAlive: false })
  } catch (thrown) {
    const message = `the input schema of '${tool.name}' failed: ${thrownMessage(thrown)}`
    return { ok: false, issues: [{ pointer: '', message }] }
  }
}
