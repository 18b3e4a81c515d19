import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider'
import type { Budget } from '../core/contract/budget.ts'
import { trackedCallIsStopped } from '../core/calls/tracked-parent.ts'
import type { Clock } from '../core/host/clock.ts'
import type { ToolExecutor } from '../core/executor/executor.ts'
import { defined } from '../core/contract/fields.ts'
import type { Logger } from '../core/contract/logger.ts'
import type { OpenBatch } from '../core/contract/open-batch.ts'
import type { Random } from '../core/host/random.ts'
import type { ToolResult } from '../core/contract/result.ts'
import { sentName } from '../core/contract/sent-name.ts'
import { askAgain, MODEL_RETRY } from './ask-again.ts'
import type { CallIds } from './call-ids.ts'
import type { AgentEvent } from './events.ts'
import { AnswerBroke, beginAnswer, type BegunAnswer } from './begin-answer.ts'
import { callIds, mendHistory } from './history.ts'
import { MODEL_IDLE_TIMEOUT_MS } from './idle-watch.ts'
import { modelRequest } from './model-request.ts'
import { type Broken, cutOff, readStream } from './model-stream.ts'
import { type AgentOptions, checkTurnSettings, type ModelSettings, type TurnSettings } from './options.ts'
import type { AgentError, AgentMessage, AgentResult, AgentStatus } from './result.ts'
import { withOwnNames } from './own-names.ts'
import { withoutOpenProviderCalls } from './provider-calls.ts'
import { brokeOff, failureOf, reasonOf, RunFailure } from './run-failure.ts'
import { type Eager, Turn } from './turn.ts'
import { untilAborted } from './until-aborted.ts'
import { addUsage, NO_USAGE, type Usage } from './usage.ts'

/** The parts of the agent that all its runs use. */
export interface AgentParts {
  readonly options: AgentOptions
  /** The agent's options that are passed to the model. */
  readonly modelSettings: ModelSettings
  readonly executor: ToolExecutor
  readonly definitions: readonly LanguageModelV4FunctionTool[]
  readonly toolNames: ReadonlySet<string>
  readonly readOnly: ReadonlySet<string>
  readonly clock: Clock
  readonly random: Random
  /** Removes secrets from an error message. */
  readonly redact: (message: string) => string
}

/** The parts of the agent that a run uses, and its own. */
export interface RunSetup extends AgentParts {
  readonly id: string
  /** Returns the number of the run's next turn, which is at least `least`. */
  readonly nextTurn: (least: number) => number
  readonly budget: Budget | undefined
  readonly priority: number | undefined
  readonly weight: number | undefined
  readonly signal: AbortSignal
  readonly context: unknown
  readonly logger: Logger | undefined
  readonly emit: (event: AgentEvent) => void
}

/** The abort reason of a run whose budget of time is used up. */
export class OutOfBudget extends DOMException {
  constructor() {
    super("The run has used up its budget's time.", 'TimeoutError')
  }
}

type StopWhen = NonNullable<AgentOptions['stopWhen']>

/** The reason why a loop ended. */
interface Ending {
  readonly status: AgentStatus
  readonly error?: AgentError
}

/**
 * The loop: call the model, run its calls while it is still answering, send the results, until it makes no further
 * call.
 *
 * Duty: one result for every end, with a history that every provider accepts. Boundary: a turn reads its stream, the
 * executor runs its calls; the loop decides what comes next.
 * 1. A turn enters the history only as a whole: its complete calls with all their results.
 * 2. If a stream breaks after a call has started, that turn is not requested again: the run continues from the results.
 * 3. After an abort, also one of the call that runs this agent, the model is not called again, no tool starts, and hooks are not awaited.
 */
export class RunLoop {
  readonly #setup: RunSetup
  #messages: AgentMessage[]
  readonly #ids: CallIds
  readonly #ownNames: (part: LanguageModelV4StreamPart) => LanguageModelV4StreamPart
  #usage: Usage = NO_USAGE
  #iterations = 0
  #text = ''
  #finishReason: string | undefined
  /** Whether the provider paused its last answer, which it continues at the next request. */
  #isPaused = false
  /** The number of the run's last turn; the run may continue an earlier one. */
  #lastTurn = -1
  #totals = { total: 0, succeeded: 0, failed: 0, runMs: 0 }

  constructor(setup: RunSetup, messages: readonly AgentMessage[]) {
    this.#setup = setup
    this.#messages = mendHistory(messages)
    this.#ids = callIds(this.#messages)
    this.#ownNames = withOwnNames(setup.toolNames)
  }

  async run(): Promise<AgentResult> {
    const { clock, budget } = this.#setup
    const startedAt = clock.now()
    const { status, error } = await this.#loop()
    if (this.#isPaused) this.#messages = withoutOpenProviderCalls(this.#messages)
    return {
      status,
      text: this.#text,
      messages: this.#messages,
      usage: this.#usage,
      iterations: this.#iterations,
      ...defined({ finishReason: this.#finishReason }),
      calls: { ...this.#totals },
      wallMs: clock.now() - startedAt,
      ...defined({ error }),
      ...(status === 'budget' && { exceeded: budget?.exceeded ?? '' }),
    }
  }

  async #loop(): Promise<Ending> {
    const { options, signal, budget } = this.#setup
    const { maxIterations = 10 } = options
    try {
      for (let turn = 0; turn < maxIterations; turn++) {
        signal.throwIfAborted()
        if (trackedCallIsStopped()) return this.#aborted()
        if (budget?.exceeded !== undefined) return { status: 'budget' }
        const settings = options.prepareTurn && (await this.#prepare(turn, options.prepareTurn))
        const results = await this.#turn(settings)
        // A closed executor rejects all further calls, so the run ends.
        const isClosed = results.some((result) => !result.success && result.error.code === 'closed')
        if (signal.aborted || isClosed) return this.#aborted()
        if (results.length === 0) {
          if (this.#isPaused) continue
          return { status: 'done' }
        }
        if (options.stopWhen && (await this.#stops(turn, results, options.stopWhen))) return { status: 'done' }
      }
      return budget?.exceeded === undefined ? { status: 'max_iterations' } : { status: 'budget' }
    } catch (thrown) {
      if (signal.aborted) return this.#aborted()
      const failure = thrown instanceof RunFailure ? thrown : new RunFailure('model_failed', 'The model failed', thrown)
      return { status: 'failed', error: failure.toAgentError(this.#setup.redact) }
    }
  }

  #aborted(): Ending {
    return { status: this.#setup.signal.reason instanceof OutOfBudget ? 'budget' : 'aborted' }
  }

  #prepare(turn: number, prepareTurn: NonNullable<AgentOptions['prepareTurn']>): Promise<TurnSettings> {
    const { signal, toolNames } = this.#setup
    return this.#hook('prepareTurn', async () => {
      const settings = (await prepareTurn({ turn, messages: this.#messages, signal })) ?? {}
      checkTurnSettings(settings, toolNames)
      return settings
    })
  }

  #stops(turn: number, results: readonly ToolResult[], stopWhen: StopWhen): Promise<boolean> {
    const { signal } = this.#setup
    const finished = { turn, messages: this.#messages, text: this.#text, results, signal }
    return this.#hook('stopWhen', async () => (await stopWhen(finished)) === true)
  }

  async #hook<T>(name: string, call: () => Promise<T>): Promise<T> {
    try {
      return await untilAborted(call(), this.#setup.signal)
    } catch (cause) {
      throw new RunFailure('hook_failed', `${name} failed`, cause)
    }
  }

  /** Runs one turn completely; when it resolves, the history has the turn's messages. */
  async #turn(settings: TurnSettings | undefined): Promise<readonly ToolResult[]> {
    const { emit, signal, options, modelSettings, definitions } = this.#setup
    const { model = options.model, messages, activeTools } = settings ?? {}
    const active = activeTools && new Set(activeTools.map(sentName))
    const offered = active === undefined ? definitions : definitions.filter(({ name }) => active.has(name))
    const shown = messages === undefined ? this.#messages : mendHistory(messages)
    const request = modelRequest(model.provider, modelSettings, options.instructions, settings, shown, offered, signal)
    this.#iterations++
    const number = (this.#lastTurn = this.#setup.nextTurn(this.#lastTurn + 1))
    emit({ type: 'turn_started', turn: number })
    const { first, rest } = await this.#ask(number, model, request)
    const batch = this.#openBatch(number)
    const turn = this.#newTurn(number, batch, activeTools)
    const take = (part: LanguageModelV4StreamPart): void => turn.take(this.#ownNames(part))
    const broken = (await readStream(rest, take, first)) ?? turn.error ?? cutOff(turn.end)
    this.#account(number, turn, broken)
    turn.finish(signal.aborted ? 'aborted' : broken === undefined ? 'whole' : 'broken')
    const { messages: added, results } = turn.messages(await batch.results())
    const keeps = broken === undefined || results.length > 0 || signal.aborted
    if (keeps) {
      this.#text = turn.text
      this.#messages.push(...added)
    }
    this.#isPaused = turn.end?.isPaused === true
    this.#count(results)
    emit({ type: 'turn_finished', turn: number, calls: results.length })
    if (!keeps) throw brokeOff(broken.cause)
    const failure = results.length === 0 && !signal.aborted ? failureOf(turn) : undefined
    if (failure !== undefined) throw failure
    return results
  }

  async #ask(turn: number, model: LanguageModelV4, request: LanguageModelV4CallOptions): Promise<BegunAnswer> {
    const { options, clock, random, signal, emit, redact } = this.#setup
    const reading = { signal, clock, idleMs: options.modelIdleTimeoutMs ?? MODEL_IDLE_TIMEOUT_MS }
    try {
      return await askAgain(() => beginAnswer(model, request, reading), {
        retry: options.modelRetry ?? MODEL_RETRY,
        clock,
        random,
        signal,
        failed: (attempt, thrown, retryInMs) =>
          emit({ type: 'model_failed', turn, attempt, message: redact(reasonOf(thrown)), thrown, retryInMs }),
      })
    } catch (thrown) {
      if (!(thrown instanceof AnswerBroke)) throw thrown
      this.#finishReason = 'error'
      emit({ type: 'model_finished', turn, finishReason: 'error' })
      throw brokeOff(thrown.cause)
    }
  }

  #openBatch(turn: number): OpenBatch {
    const { executor, signal, context, id, emit, logger, budget, priority, weight, options } = this.#setup
    return executor.openBatch({
      signal,
      context,
      run: weight === undefined ? id : { id, weight },
      maxCalls: options.maxCallsPerTurn ?? 1_000,
      turn,
      onEvent: emit,
      ...defined({ priority, logger, budget }),
    })
  }

  #newTurn(turn: number, batch: OpenBatch, activeTools: readonly string[] | undefined): Turn {
    const { options, readOnly, toolNames, emit } = this.#setup
    return new Turn({
      turn,
      batch,
      startsEarly: startsEarly(options.eager ?? 'all', readOnly),
      isStreamed: true,
      tools: toolNames,
      offered: activeTools === undefined ? toolNames : new Set(activeTools),
      ids: this.#ids,
      emit,
    })
  }

  #account(number: number, turn: Turn, broken: Broken | undefined): void {
    const { emit, budget } = this.#setup
    this.#finishReason = broken === undefined ? (turn.end?.reason ?? 'other') : 'error'
    this.#usage = addUsage(this.#usage, turn.usage)
    const { inputTokens: input, cachedInputTokens: cachedInput, outputTokens: output } = turn.usage
    budget?.spend({ input, cachedInput, output })
    emit({ type: 'model_finished', turn: number, finishReason: this.#finishReason })
    emit({ type: 'usage', turn: number, usage: turn.usage, total: this.#usage })
  }

  #count(results: readonly ToolResult[]): void {
    for (const { success, timing } of results) {
      this.#totals.total++
      if (success) this.#totals.succeeded++
      else this.#totals.failed++
      this.#totals.runMs += timing.runMs
    }
  }
}

function startsEarly(eager: Eager, readOnly: ReadonlySet<string>): (toolName: string) => boolean {
  if (eager === 'all') return () => true
  return eager === 'off' ? () => false : (name) => readOnly.has(name)
}
