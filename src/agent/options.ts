import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider'
import type { AdmissionController } from '../core/admission/controller.ts'
import { type Clock, MAX_DELAY_MS } from '../core/clock.ts'
import type { ToolExecutor } from '../core/executor.ts'
import type { Logger } from '../core/logger.ts'
import { checkCount, checkDuration, MisuseError } from '../core/misuse.ts'
import { checkOptions, optionNames } from '../core/option-names.ts'
import { checkPlanToolOptions, type PlanToolOptions } from '../core/plan/plan-tool.ts'
import type { Random } from '../core/random.ts'
import type { ToolResult } from '../core/result.ts'
import { checkRetry, type RetryOptions } from '../core/retry.ts'
import { checkUnusable } from '../core/tool-problem.ts'
import { type AnyTool, checkPriority } from '../core/tool.ts'
import { checkMessages } from './check-messages.ts'
import type { AgentMessage } from './result.ts'
import type { Eager } from './turn.ts'

/**
 * Settings that go to the model as they are; see the AI SDK's provider interface. They hold for every turn: with the
 * `toolChoice` `required` an agent calls tools until `maxIterations`, unless `stopWhen` ends it or `prepareTurn` sets
 * another for later turns.
 */
export type ModelSettings = Partial<
  Pick<
    LanguageModelV4CallOptions,
    | 'temperature'
    | 'maxOutputTokens'
    | 'topP'
    | 'topK'
    | 'presencePenalty'
    | 'frequencyPenalty'
    | 'stopSequences'
    | 'seed'
    | 'reasoning'
    | 'toolChoice'
    | 'responseFormat'
    | 'headers'
    | 'providerOptions'
  >
>

const MODEL_SETTINGS = {
  temperature: true,
  maxOutputTokens: true,
  topP: true,
  topK: true,
  presencePenalty: true,
  frequencyPenalty: true,
  stopSequences: true,
  seed: true,
  reasoning: true,
  toolChoice: true,
  responseFormat: true,
  headers: true,
  providerOptions: true,
} satisfies Record<keyof ModelSettings, true>

/** What {@link AgentOptions.prepareTurn} is told. */
export interface TurnToPrepare {
  /** From 0 in each call of `run`, also where the run goes on with the turns of an earlier one. */
  readonly turn: number
  /** The history so far, without the instructions. */
  readonly messages: readonly AgentMessage[]
  /** Aborts with the run, which then waits for the hook no more. */
  readonly signal: AbortSignal
}

/** What {@link AgentOptions.prepareTurn} may change for this one turn. */
export interface TurnSettings extends ModelSettings {
  /** Another model. */
  readonly model?: LanguageModelV4
  /**
   * What the model is shown instead of the whole history, e.g. its newest part; mended where it is not valid, as by
   * `mendHistory`. The history itself stays.
   */
  readonly messages?: readonly AgentMessage[]
  /**
   * The names of the tools that the model is offered; all by default. A call of another one is refused. Changing them
   * costs the provider's prompt cache.
   */
  readonly activeTools?: readonly string[]
}

const TURN_SETTINGS = optionNames<TurnSettings>({ ...MODEL_SETTINGS, model: true, messages: true, activeTools: true })

/** What {@link AgentOptions.stopWhen} is told. */
export interface FinishedTurn extends TurnToPrepare {
  /** What the model said in this turn. */
  readonly text: string
  /** What its calls came to, in call order. */
  readonly results: readonly ToolResult[]
}

/** What an agent is made with. */
export interface AgentOptions extends ModelSettings {
  /** For logs and traces. @default 'agent' */
  readonly name?: string
  /** Any model of the AI SDK's provider interface, version 4. */
  readonly model: LanguageModelV4
  /** The system prompt. */
  readonly instructions?: string
  /**
   * What the model may call; each needs a schema that an object fits and that the model can be shown, and no two may be sent
   * under one name. Not together with `executor`.
   */
  readonly tools?: readonly AnyTool[]
  /** An executor to share with other agents; its tools are the agent's. */
  readonly executor?: ToolExecutor
  /** How many tools run at once, over all runs of the agent. Not together with `executor`, which has its own. @default 10 */
  readonly maxParallelTools?: number
  /**
   * Whether the model is also offered a tool with which it sends a whole graph of calls in one turn, and how that is called
   * (see `planTool`). Not together with `executor`.
   * @default false
   */
  readonly plan?: boolean | PlanToolOptions
  /**
   * Whether calls whose effects are in conflict run one after the other, see `effects` of a tool. Not together with
   * `executor`.
   * @default 'on'
   */
  readonly effects?: 'on' | 'off'
  /**
   * What becomes of a tool that cannot be used, or that a model cannot be shown: `throw`, making the agent throws; `omit`, it is
   * left out, told in the agent's `problems` and as a warning to the logger. Together with `executor` it speaks of what a model
   * cannot be shown.
   * @default 'throw'
   */
  readonly onUnusableTool?: 'throw' | 'omit'
  /**
   * What becomes of a JSON Schema with a pattern that cannot be checked: `refuse`, its tool cannot be used; `skip`, that pattern
   * lets everything through. Not together with `executor`.
   * @default 'refuse'
   */
  readonly onUncheckablePattern?: 'refuse' | 'skip'
  /** Who decides which calls run next, for agents and executors that share it. Not together with `executor`. */
  readonly admission?: AdmissionController
  /** Who goes first of all that wait: the calls of the agent with the higher one, −100 to 100. @default 0 */
  readonly priority?: number
  /** The share of each run, beside those of others where several want permits: more than 0. @default 1 */
  readonly weight?: number
  /** How many calls one turn may make: at least 1, or `Infinity`; those beyond are rejected. @default 1 000 */
  readonly maxCallsPerTurn?: number
  /** How often the model may be asked in one run: at least 1. @default 10 */
  readonly maxIterations?: number
  /**
   * When a call may start: `all` as soon as it is known to be complete (the model has gone on after it, or ended of its own
   * will), while the turn is still arriving; `read-only` so only for tools with `readOnlyHint`; `off` after the whole turn.
   * However a turn ends, a call that its end may have cut off never starts.
   * @default 'all'
   */
  readonly eager?: Eager
  /** Called before each turn. A throw, or an impossible setting, ends the run as `failed` with `hook_failed`. */
  readonly prepareTurn?: (turn: TurnToPrepare) => TurnSettings | undefined | Promise<TurnSettings | undefined>
  /** Called after each turn that had calls: true ends the run as `done`, a throw as `failed` with `hook_failed`. */
  readonly stopWhen?: (turn: FinishedTurn) => boolean | Promise<boolean>
  /**
   * Whether and when a model is asked again that is busy (429, 503, 529), cannot be reached or sends nothing for
   * `modelIdleTimeoutMs`. An answer that breaks off is asked for again as long as it held no text, no reasoning and no call.
   * @default { maxAttempts: 3, initialDelayMs: 2 000, maxDelayMs: 60 000 }
   */
  readonly modelRetry?: RetryOptions
  /**
   * The longest time in which the model sends no part of its answer, in milliseconds, from 1, or `Infinity`; the time until
   * the answer begins counts too. Parts count, and not bytes: what a server sends to keep a connection open does not. A
   * model that has said nothing is asked again then (`modelRetry`); an answer that has begun breaks off.
   * @default 120 000
   */
  readonly modelIdleTimeoutMs?: number
  /** How many of a run's events are kept for readers that come late: at least 1. @default 1 000 */
  readonly maxKeptEvents?: number
  /** Where log lines go. @default the executor's logger */
  readonly logger?: Logger
  /** @default the machine's monotonic clock */
  readonly clock?: Clock
  /** Draws the waits before a model is asked again. @default the platform's cryptographic source */
  readonly random?: Random
}

const AGENT_OPTIONS = optionNames<AgentOptions>({
  ...MODEL_SETTINGS,
  name: true,
  model: true,
  instructions: true,
  tools: true,
  executor: true,
  maxParallelTools: true,
  plan: true,
  effects: true,
  onUnusableTool: true,
  onUncheckablePattern: true,
  admission: true,
  priority: true,
  weight: true,
  maxCallsPerTurn: true,
  maxIterations: true,
  eager: true,
  prepareTurn: true,
  stopWhen: true,
  modelRetry: true,
  modelIdleTimeoutMs: true,
  maxKeptEvents: true,
  logger: true,
  clock: true,
  random: true,
})

/** Throws a {@link MisuseError} for a setting that is impossible. */
export function checkTurnSettings(settings: TurnSettings, toolNames: ReadonlySet<string>): void {
  checkOptions('prepareTurn()', settings, TURN_SETTINGS)
  checkModelSettings('prepareTurn().', settings)
  const { model, messages, activeTools } = settings
  if (model !== undefined) checkModel('prepareTurn().model', model)
  if (messages !== undefined) checkMessages('prepareTurn().messages', messages)
  if (activeTools === undefined) return
  if (!Array.isArray(activeTools)) throw new MisuseError('prepareTurn().activeTools', 'an array of names', activeTools)
  for (const name of activeTools as readonly string[])
    if (!toolNames.has(name)) throw new MisuseError('prepareTurn().activeTools', "names of the agent's tools", name)
}

/** Throws a {@link MisuseError} for an option that is impossible. */
export function checkAgentOptions(options: AgentOptions): void {
  checkOptions('', options, AGENT_OPTIONS)
  checkModelSettings('', options)
  const { model, instructions, maxIterations, eager, maxKeptEvents, modelRetry, maxCallsPerTurn } = options
  const { modelIdleTimeoutMs } = options
  checkModel('model', model)
  checkUnusable(options)
  checkExecutor(options)
  checkRank(options)
  if (maxCallsPerTurn !== undefined) checkCount('maxCallsPerTurn', maxCallsPerTurn, 1, undefined, true)
  if (maxIterations !== undefined) checkCount('maxIterations', maxIterations, 1)
  if (modelRetry !== undefined) checkRetry('modelRetry', modelRetry)
  if (modelIdleTimeoutMs !== undefined) checkDuration('modelIdleTimeoutMs', modelIdleTimeoutMs, 1, MAX_DELAY_MS, true)
  if (maxKeptEvents !== undefined) checkCount('maxKeptEvents', maxKeptEvents, 1)
  for (const hook of ['prepareTurn', 'stopWhen'] as const) {
    const given: unknown = options[hook]
    if (given !== undefined && typeof given !== 'function') throw new MisuseError(hook, 'a function', given)
  }
  if (instructions !== undefined && typeof instructions !== 'string')
    throw new MisuseError('instructions', 'text', instructions)
  if (eager !== undefined && !['all', 'read-only', 'off'].includes(eager))
    throw new MisuseError('eager', "'all', 'read-only' or 'off'", eager)
}

function checkExecutor(options: AgentOptions): void {
  const { executor, tools, maxParallelTools, admission, plan, effects, onUncheckablePattern } = options
  if (plan !== undefined && typeof plan !== 'boolean') checkPlanToolOptions('plan', plan)
  if (executor === undefined) return
  if (plan !== undefined && plan !== false)
    throw new MisuseError('plan', 'either plan or executor (one whose tools include planTool of another)', plan)
  if (tools !== undefined) throw new MisuseError('tools', 'either tools or executor (whose tools the agent has)', tools)
  for (const [option, value] of Object.entries({ maxParallelTools, admission, effects, onUncheckablePattern }))
    if (value !== undefined) throw new MisuseError(option, `either ${option} or executor (which has its own)`, value)
}

/** Throws a {@link MisuseError} for a priority or a weight that is out of bounds. */
export function checkRank({ priority, weight }: Pick<AgentOptions, 'priority' | 'weight'>): void {
  if (priority !== undefined) checkPriority('priority', priority)
  if (weight !== undefined && (typeof weight !== 'number' || !(weight > 0 && weight < Infinity)))
    throw new MisuseError('weight', 'a number greater than 0', weight)
}

/** Throws a {@link MisuseError} unless `model` speaks version 4 of the provider interface. */
function checkModel(option: string, model: LanguageModelV4): void {
  const version: unknown = model?.specificationVersion
  if (version === 'v4' && typeof model.doStream === 'function') return
  const hint =
    typeof version === 'string' ? ` (this one speaks ${version}: use a release of its provider for AI SDK 7)` : ''
  throw new MisuseError(option, `a LanguageModelV4 of an AI SDK provider${hint}`, model)
}

/** Throws a {@link MisuseError} for a setting of the model that is not even of its kind; which values it takes is its own to say. */
function checkModelSettings(prefix: string, settings: ModelSettings): void {
  for (const [kind, names] of SETTINGS_BY_KIND)
    for (const name of names) {
      const value: unknown = settings[name]
      if (value !== undefined && !KINDS[kind](value)) throw new MisuseError(`${prefix}${name}`, kind, value)
    }
}

const KINDS = {
  'a number': (value: unknown) => typeof value === 'number' && Number.isFinite(value),
  'an array of texts': (value: unknown) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  'an object': (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value),
  "an object, e.g. { type: 'auto' }": (value: unknown) =>
    typeof value === 'object' && value !== null && 'type' in value,
} as const

const SETTINGS_BY_KIND: readonly (readonly [kind: keyof typeof KINDS, names: readonly (keyof ModelSettings)[]])[] = [
  ['a number', ['temperature', 'maxOutputTokens', 'topP', 'topK', 'presencePenalty', 'frequencyPenalty', 'seed']],
  ['an array of texts', ['stopSequences']],
  ['an object', ['headers', 'providerOptions']],
  ["an object, e.g. { type: 'auto' }", ['toolChoice', 'responseFormat']],
]
