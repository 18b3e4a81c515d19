import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider'
import type { Clock } from '../core/clock.ts'
import type { ToolExecutor } from '../core/executor.ts'
import { thrownMessage } from '../core/failure.ts'
import type { Logger } from '../core/logger.ts'
import type { ToolResult } from '../core/result.ts'
import type { AgentEvent } from './events.ts'
import { callIds, mendHistory, uniqueId } from './history.ts'
import { type AgentOptions, checkModel, type ModelSettings, type TurnSettings } from './options.ts'
import type { AgentError, AgentMessage, AgentResult, AgentStatus, CallTotals } from './result.ts'
import { type Eager, Turn } from './turn.ts'
import { addUsage, NO_USAGE, type Usage } from './usage.ts'

/** What a run needs of its agent. */
export interface RunSetup {
  readonly id: string
  readonly options: AgentOptions
  readonly executor: ToolExecutor
  readonly definitions: readonly LanguageModelV4FunctionTool[]
  readonly readOnly: ReadonlySet<string>
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly context: unknown
  readonly logger: Logger | undefined
  readonly emit: (event: AgentEvent) => void
}

/** Why a loop ended before the model was done. */
interface Ending {
  readonly status: AgentStatus
  readonly error?: AgentError
}

/**
 * The loop: ask the model, run what it calls while it is still talking, tell it the results, until it calls nothing.
 *
 * Duty: one result for every end, with a history that every provider takes.
 * Boundary: a turn reads its stream, the executor runs its calls; this decides what comes next.
 * 1. A turn enters the history only as a whole: its complete calls with all their results.
 * 2. A stream that breaks after a call has started is not asked again for that turn: the run goes on from the results.
 * 3. After an abort the model is not asked again.
 */
export class RunLoop {
  readonly #setup: RunSetup
  readonly #messages: AgentMessage[]
  readonly #ids: Set<string>
  #usage: Usage = NO_USAGE
  #iterations = 0
  #text = ''
  #finishReason: string | undefined
  #totals = { total: 0, succeeded: 0, failed: 0, runMs: 0 }

  constructor(setup: RunSetup, messages: readonly AgentMessage[]) {
    this.#setup = setup
    this.#messages = mendHistory(messages)
    this.#ids = callIds(this.#messages)
  }

  async run(): Promise<AgentResult> {
    const { clock } = this.#setup
    const startedAt = clock.now()
    const { status, error } = await this.#loop()
    const calls: CallTotals = { ...this.#totals }
    const finishReason = this.#finishReason
    return {
      status,
      text: this.#text,
      messages: this.#messages,
      usage: this.#usage,
      iterations: this.#iterations,
      ...(finishReason !== undefined && { finishReason }),
      calls,
      wallMs: clock.now() - startedAt,
      ...(error !== undefined && { error }),
    }
  }

  async #loop(): Promise<Ending> {
    const { options, signal } = this.#setup
    const { maxIterations = 10 } = options
    try {
      for (let turn = 0; turn < maxIterations; turn++) {
        if (signal.aborted) return { status: 'aborted' }
        const settings = await hook('prepareTurn', () => options.prepareTurn?.({ turn, messages: this.#messages }))
        if (signal.aborted) return { status: 'aborted' }
        const results = await this.#turn(turn, settings ?? {})
        if (signal.aborted) return { status: 'aborted' }
        if (results.length === 0) return { status: 'done' }
        const finished = { turn, messages: this.#messages, text: this.#text, results }
        if ((await hook('stopWhen', () => options.stopWhen?.(finished))) === true) return { status: 'done' }
      }
      return { status: 'max_iterations' }
    } catch (thrown) {
      if (signal.aborted && !(thrown instanceof RunFailure && thrown.code === 'hook_failed'))
        return { status: 'aborted' }
      const code = thrown instanceof RunFailure ? thrown.code : 'model_failed'
      const cause = thrown instanceof RunFailure ? thrown.cause : thrown
      return {
        status: 'failed',
        error: { code, message: thrown instanceof RunFailure ? thrown.message : thrownMessage(thrown), cause },
      }
    }
  }

  /** One turn, whole; what it adds to the history is in the history when this resolves. */
  async #turn(number: number, settings: TurnSettings): Promise<readonly ToolResult[]> {
    const { executor, emit, signal, id, context, logger } = this.#setup
    this.#iterations++
    emit({ type: 'turn_started', turn: number })
    const stream = await this.#ask(settings)
    const batch = executor.openBatch({
      signal,
      context,
      run: id,
      turn: number,
      onEvent: emit,
      ...(logger !== undefined && { logger }),
    })
    const turn = new Turn({
      turn: number,
      batch,
      startsEarly: startsEarly(this.#setup.options.eager ?? 'all', this.#setup.readOnly),
      uniqueId: (callId) => uniqueId(callId, this.#ids),
      emit,
    })
    const broken = await this.#read(stream, turn)
    turn.finish(broken !== undefined)
    this.#account(number, turn, broken)
    const settled = await batch.results()
    const { messages, results } = turn.messages(settled)
    const keeps = broken === undefined || results.length > 0 || signal.aborted
    if (keeps) {
      this.#text = turn.text
      this.#messages.push(...messages)
    }
    this.#count(results)
    emit({ type: 'turn_finished', turn: number, calls: results.length })
    if (!keeps)
      throw new RunFailure(
        'model_failed',
        `The model's answer broke off: ${thrownMessage(broken?.cause)}`,
        broken?.cause,
      )
    return results
  }

  async #ask(settings: TurnSettings): Promise<ReadableStream<LanguageModelV4StreamPart>> {
    const { options, definitions, signal } = this.#setup
    const { model = options.model, messages = this.#messages, activeTools, ...forThisTurn } = settings
    checkModel('prepareTurn().model', model)
    const offered =
      activeTools === undefined ? definitions : definitions.filter(({ name }) => activeTools.includes(name))
    const prompt: AgentMessage[] =
      options.instructions === undefined
        ? [...messages]
        : [{ role: 'system', content: options.instructions }, ...messages]
    const call: LanguageModelV4CallOptions = {
      ...modelSettings(options),
      ...modelSettings(forThisTurn),
      prompt,
      ...(offered.length > 0 && { tools: [...offered] }),
      abortSignal: signal,
    }
    const { stream } = await untilAborted(this.#doStream(model, call), signal)
    return stream
  }

  async #doStream(
    model: LanguageModelV4,
    call: LanguageModelV4CallOptions,
  ): Promise<{ stream: ReadableStream<LanguageModelV4StreamPart> }> {
    return model.doStream(call)
  }

  /** @returns what broke the stream, if something did */
  async #read(
    stream: ReadableStream<LanguageModelV4StreamPart>,
    turn: Turn,
  ): Promise<{ readonly cause: unknown } | undefined> {
    const { signal } = this.#setup
    const reader = stream.getReader()
    // Some streams ignore their signal; a cancelled reader ends for sure.
    const cancel = (): void => void reader.cancel(signal.reason).catch(() => undefined)
    if (signal.aborted) cancel()
    else signal.addEventListener('abort', cancel)
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) break
        turn.take(value)
      }
      if (signal.aborted) return { cause: signal.reason }
      return turn.error ?? cutOff(turn.finishReason)
    } catch (cause) {
      return { cause }
    } finally {
      signal.removeEventListener('abort', cancel)
    }
  }

  #account(number: number, turn: Turn, broken: { readonly cause: unknown } | undefined): void {
    const { emit } = this.#setup
    this.#finishReason = broken === undefined ? (turn.finishReason ?? 'other') : 'error'
    this.#usage = addUsage(this.#usage, turn.usage)
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

/** Ends a run as failed. */
class RunFailure extends Error {
  readonly code: AgentError['code']

  constructor(code: AgentError['code'], message: string, cause: unknown) {
    super(message, { cause })
    this.code = code
  }
}

async function hook<T>(name: string, call: () => T | Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    throw new RunFailure('hook_failed', `${name} failed: ${thrownMessage(cause)}`, cause)
  }
}

/** A stream may also end before the model had ended. */
function cutOff(finishReason: string | undefined): { readonly cause: Error } | undefined {
  if (finishReason === undefined || finishReason === 'interrupted')
    return { cause: new Error('the stream ended before the model did') }
  return finishReason === 'error' ? { cause: new Error('the provider reported an error') } : undefined
}

function startsEarly(eager: Eager, readOnly: ReadonlySet<string>): (toolName: string) => boolean {
  if (eager === 'all') return () => true
  return eager === 'off' ? () => false : (name) => readOnly.has(name)
}

/** Only what the model takes; everything else stays here. */
function modelSettings(settings: ModelSettings): ModelSettings {
  const { temperature, maxOutputTokens, topP, topK, presencePenalty, frequencyPenalty, stopSequences, seed } = settings
  const { reasoning, toolChoice, responseFormat, headers, providerOptions } = settings
  const all = {
    temperature,
    maxOutputTokens,
    topP,
    topK,
    presencePenalty,
    frequencyPenalty,
    stopSequences,
    seed,
    reasoning,
    toolChoice,
    responseFormat,
    headers,
    providerOptions,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** A model that ignores its signal must not hold the run. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', abort)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
    if (signal.aborted) abort()
  })
}
