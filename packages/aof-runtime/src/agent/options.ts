import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider'
import type { AdmissionController } from '../core/executor/controller.ts'
import { type Clock, MAX_DELAY_MS } from '../core/host/clock.ts'
import type { ToolExecutor } from '../core/executor/executor.ts'
import { isObject } from '../core/contract/fields.ts'
import type { Logger } from '../core/contract/logger.ts'
import { checkCount, checkDuration, checkOneOf, checkType, MisuseError } from '../core/contract/misuse.ts'
import { checkOptions, namesOf } from '../core/contract/option-names.ts'
import { checkPlanToolOptions, type PlanToolOptions } from '../core/plan/plan-tool.ts'
import type { Random } from '../core/host/random.ts'
import type { ToolResult } from '../core/contract/result.ts'
import { checkRetry, type RetryOptions } from '../core/contract/retry.ts'
import { checkUnusable } from '../core/contract/tool-problem.ts'
import type { AnyTool } from '../core/tool/tool.ts'
import { checkMessages } from './check-messages.ts'
import type { AgentMessage } from './result.ts'
import type { Eager } from './turn.ts'
import { checkPriority } from '../core/contract/call-options.ts'

/**
 * Settings that are passed to the model unchanged; see the AI SDK's provider interface. They apply to every turn: with
 * the `toolChoice` `required` an agent calls tools until `maxIterations`, unless `stopWhen` ends it or `prepareTurn`
 * sets another choice for later turns.
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

const KINDS = {
  'a number': (value: unknown) => typeof value === 'number' && Number.isFinite(value),
  'an array of strings': (value: unknown) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  'an object': isObject,
  "an object, e.g. { type: 'auto' }": (value: unknown) =>
    typeof value === 'object' && value !== null && 'type' in value,
  anything: () => true,
} as const

/** The kind of each setting; the model checks the value itself. */
const MODEL_SETTINGS = {
  temperature: 'a number',
  maxOutputTokens: 'a number',
  topP: 'a number',
  topK: 'a number',
  presencePenalty: 'a number',
  frequencyPenalty: 'a number',
  stopSequences: 'an array of strings',
  seed: 'a number',
  reasoning: 'anything',
  toolChoice: "an object, e.g. { type: 'auto' }",
  responseFormat: "an object, e.g. { type: 'auto' }",
  headers: 'an object',
  providerOptions: 'an object',
} satisfies Record<keyof ModelSettings, keyof typeof KINDS>

/** Argument of {@link AgentOptions.prepareTurn}. */
export interface TurnToPrepare {
  /** From 0 in each call of `run`, also if the run continues the turns of an earlier one. */
  readonly turn: number
  /** The history so far, without the instructions. */
  readonly messages: readonly AgentMessage[]
  /** Aborts with the run, which then no longer waits for the hook. */
  readonly signal: AbortSignal
}

/** Changes that {@link AgentOptions.prepareTurn} may make for this one turn. */
export interface TurnSettings extends ModelSettings {
  /** Another model. */
  readonly model?: LanguageModelV4
  /**
   * The messages that the model is shown instead of the whole history, e.g. its newest part; repaired as by
   * `mendHistory` if they are invalid. The history itself does not change.
   */
  readonly messages?: readonly AgentMessage[]
  /**
   * The names of the tools that the model is offered; all by default. A call of another tool is refused. A change
   * invalidates the provider's prompt cache.
   */
  readonly activeTools?: readonly string[]
}

const TURN_SETTINGS = new Set([
  ...Object.keys(MODEL_SETTINGS),
  ...namesOf<Omit<TurnSettings, keyof ModelSettings>>()('model messages activeTools'),
])

/** Argument of {@link AgentOptions.stopWhen}. */
export interface FinishedTurn extends TurnToPrepare {
  /** The model's text in this turn. */
  readonly text: string
  /** The results of its calls, in call order. */
  readonly results: readonly ToolResult[]
}

/** Options of an agent. */
export interface AgentOptions extends ModelSettings {
  /** For logs and traces. @default 'agent' */
  readonly name?: string
  /** Any model of the AI SDK's provider interface, version 4. */
  readonly model: LanguageModelV4
  /** The system prompt. */
  readonly instructions?: string
  /**
   * The tools that the model may call. Each needs an object schema that the model can be shown, and each must have a
   * sent name of its own. Not together with `executor`.
   */
  readonly tools?: readonly AnyTool[]
  /** An executor to share with other agents; the agent has its tools. */
  readonly executor?: ToolExecutor
  /** Largest number of tools at once, over all runs: at least 1, or `Infinity`. Not with `executor`. @default 10 */
  readonly maxParallelTools?: number
  /**
   * Whether the model is also offered a tool that takes a whole graph of calls in one turn, and options of that tool
   * (see `planTool`). Not together with `executor`.
   * @default false
   */
  readonly plan?: boolean | PlanToolOptions
  /**
   * Whether calls with conflicting effects run one after the other, see `effects` of a tool. Not together with
   * `executor`.
   * @default 'on'
   */
  readonly effects?: 'on' | 'off'
  /**
   * How to treat a tool that cannot be used, or that a model cannot be shown. `throw`: the constructor throws. `omit`:
   * the tool is left out, with an entry in the agent's `problems` and a warning to the logger. Together with `executor`
   * the option covers only tools that a model cannot be shown.
   * @default 'throw'
   */
  readonly onUnusableTool?: 'throw' | 'omit'
  /**
   * How to treat a JSON Schema with a pattern that cannot be checked. `refuse`: its tool cannot be used. `skip`: the
   * pattern accepts everything. Not together with `executor`.
   * @default 'refuse'
   */
  readonly onUncheckablePattern?: 'refuse' | 'skip'
  /**
   * The controller that admits calls, for agents and executors that share it. Not together with `executor`.
   * @default one of its own
   */
  readonly admission?: AdmissionController
  /** Waiting calls of the agent with the higher priority are admitted first, −100 to 100. @default 0 */
  readonly priority?: number
  /** The share of each run in the permits when several runs want them: more than 0. @default 1 */
  readonly weight?: number
  /** Largest number of calls in one turn: at least 1, or `Infinity`; further calls are rejected. @default 1 000 */
  readonly maxCallsPerTurn?: number
  /** Largest number of model calls in one run: at least 1. @default 10 */
  readonly maxIterations?: number
  /**
   * When a call may start. `all`: as soon as it is known to be complete (the model has continued after it, or has ended
   * the turn itself), while the turn is still arriving. `read-only`: the same, but only for tools with `readOnlyHint`.
   * `off`: after the whole turn. In all modes a call that the end of the turn may have cut off never starts.
   * @default 'all'
   */
  readonly eager?: Eager
  /** Called before each turn. A throw, or an invalid setting, ends the run as `failed` with `hook_failed`. */
  readonly prepareTurn?: (turn: TurnToPrepare) => TurnSettings | undefined | Promise<TurnSettings | undefined>
  /** Called after each turn with calls: true ends the run as `done`, a throw as `failed` with `hook_failed`. */
  readonly stopWhen?: (turn: FinishedTurn) => boolean | Promise<boolean>
  /**
   * Retries of a model that is busy (429, 503, 529), unreachable or silent for `modelIdleTimeoutMs`. An answer that
   * breaks off is requested again if it had no text, no reasoning and no call.
   * @default { maxAttempts: 3, initialDelayMs: 2 000, maxDelayMs: 60 000 }
   */
  readonly modelRetry?: RetryOptions
  /**
   * The longest time without a part of the model's answer, in milliseconds: 1 to 2 147 483 647, or `Infinity`. It includes the time
   * until the answer begins. Only parts count: bytes that a server sends to keep a connection open do not. A request
   * without an answer is then repeated (`modelRetry`); an answer that has begun breaks off.
   * @default 120 000
   */
  readonly modelIdleTimeoutMs?: number
  /** Number of a run's events that are kept for late readers: at least 1. @default 1 000 */
  readonly maxKeptEvents?: number
  /** The logger. @default the executor's logger */
  readonly logger?: Logger
  /** The source of time and timers. @default the machine's monotonic clock */
  readonly clock?: Clock
  /**
   * Draws the waits between retries of the model, and is the `random` of the executor that the agent makes.
   * @default the platform's cryptographic source
   */
  readonly random?: Random
}

const AGENT_OPTIONS = new Set([
  ...Object.keys(MODEL_SETTINGS),
  ...namesOf<Omit<AgentOptions, keyof ModelSettings>>()(
    'name model instructions tools executor maxParallelTools plan effects onUnusableTool onUncheckablePattern',
    'admission priority weight maxCallsPerTurn maxIterations eager prepareTurn stopWhen modelRetry',
    'modelIdleTimeoutMs maxKeptEvents logger clock random',
  ),
])

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
  for (const hook of ['prepareTurn', 'stopWhen'] as const) checkType(hook, options[hook], 'function')
  checkOneOf('eager', eager, ['all', 'read-only', 'off'])
  if (instructions !== undefined && typeof instructions !== 'string')
    throw new MisuseError('instructions', 'text', instructions)
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

export function checkRank({ priority, weight }: Pick<AgentOptions, 'priority' | 'weight'>): void {
  if (priority !== undefined) checkPriority('priority', priority)
  if (weight !== undefined && (typeof weight !== 'number' || !(weight > 0 && weight < Infinity)))
    throw new MisuseError('weight', 'a number greater than 0', weight)
}

/** Throws a {@link MisuseError} unless `model` implements version 4 of the provider interface. */
function checkModel(option: string, model: LanguageModelV4): void {
  const version: unknown = model?.specificationVersion
  if (version === 'v4' && typeof model.doStream === 'function') return
  const hint =
    typeof version === 'string' ? ` (this one speaks ${version}: use a release of its provider for AI SDK 7)` : ''
  throw new MisuseError(option, `a LanguageModelV4 of an AI SDK provider${hint}`, model)
}

/** Throws a {@link MisuseError} for a model setting of the wrong kind. */
function checkModelSettings(prefix: string, settings: ModelSettings): void {
  for (const [name, value] of Object.entries(modelSettings(settings))) {
    const kind = MODEL_SETTINGS[name as keyof ModelSettings]
    if (!KINDS[kind](value)) throw new MisuseError(`${prefix}${name}`, kind, value)
  }
}

/** The settings among `settings` that are passed to the model. */
export function modelSettings(settings: ModelSettings): ModelSettings {
  const given: Record<string, unknown> = {}
  for (const name of Object.keys(MODEL_SETTINGS) as (keyof ModelSettings)[])
    if (settings[name] !== undefined) given[name] = settings[name]
  return given
}
