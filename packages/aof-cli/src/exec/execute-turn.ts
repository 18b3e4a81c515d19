import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { systemClock, type ToolExecutorOptions, type ToolResult } from 'aof-runtime'
import { CallIds, cutOff, hidesMarks, ModelStream, readStream, Turn, withOwnNames } from 'aof-runtime/internal/agent'
import type { LiveEvent } from '../live/live-event.ts'
import { ObservedExecutor } from '../run-recording/observed-executor.ts'
import { CallLog, type LoggedCall } from './call-log.ts'

/** Options for executing a turn. */
export interface TurnExecution {
  /** Gives the answer whose calls run. */
  readonly model: LanguageModelV4
  /** True if it gives the answer as a stream, in which a call may be repeated. @default true */
  readonly isStreamed?: boolean
  /** The tools, and the settings for running them. */
  readonly executor: ToolExecutorOptions
  /** Aborts running and waiting calls. */
  readonly signal: AbortSignal
  /** Gets the events of the turn and of its calls as they happen. */
  readonly emit: (event: LiveEvent) => void
  /** Timeout of each call in milliseconds. @default the tool's, otherwise the executor's */
  readonly timeoutMs?: number | undefined
}

/** The outcome of a turn's calls. */
export interface ExecutedTurn {
  /** In call order, without the calls that the provider runs itself. */
  readonly calls: readonly LoggedCall[]
  /** One for each call, in call order; a call that was never complete is `invalid`. */
  readonly results: readonly ToolResult[]
  /** Number of calls that the provider runs itself. */
  readonly leftToProvider: number
  /** The reason why the answer broke off; undefined if it is whole. */
  readonly broken: { readonly cause: unknown } | undefined
  /** Time from the first part of the answer to the last result, in milliseconds. */
  readonly wallMs: number
  /** Number of abandoned tools that still run. */
  readonly abandoned: number
}

/**
 * Reads a model's answer and runs each of its calls as soon as it is certainly complete, as an agent does. A call that is
 * cut off, or whose arguments are not JSON, never runs (I37).
 *
 * @throws the error of the model's `doStream`
 */
export async function executeTurn(given: TurnExecution): Promise<ExecutedTurn> {
  const { model, signal, emit, timeoutMs } = given
  const { clock = systemClock } = given.executor
  const log = new CallLog()
  const executor = new ObservedExecutor(given.executor, {
    arguments: (turn, index, written) => {
      emit({ type: 'call_arguments', turn, index, arguments: written })
    },
    event: emit,
  })
  emit({ type: 'turn_started', turn: 0 })
  const request = { prompt: [], includeRawChunks: hidesMarks(model.provider) }
  const stream = await ModelStream.open(model, request, { signal, clock, idleMs: Infinity })
  const startedAt = clock.now()
  const batch = executor.openBatch({ signal, ...(timeoutMs !== undefined && { timeoutMs }) })
  const tools = new Set(executor.tools.map(({ name }) => name))
  const turn = new Turn({
    turn: 0,
    batch,
    startsEarly: () => true,
    tools,
    offered: tools,
    isStreamed: given.isStreamed ?? true,
    ids: new CallIds(),
    emit: (event) => {
      if (event.type === 'call_arriving') log.begin(event)
      emit(event)
    },
  })
  const ownNames = withOwnNames(tools)
  const take = (part: LanguageModelV4StreamPart): void => {
    turn.take(ownNames(part))
    log.take(part)
  }
  const broken = (await readStream(stream, take)) ?? turn.error ?? cutOff(turn.end)
  turn.finish(signal.aborted ? 'aborted' : broken === undefined ? 'whole' : 'broken')
  emit({
    type: 'model_finished',
    turn: 0,
    finishReason: broken === undefined ? (turn.end?.reason ?? 'other') : 'error',
  })
  const results = log.own(await batch.results())
  const wallMs = clock.now() - startedAt
  emit({ type: 'turn_finished', turn: 0, calls: results.length })
  const { calls, leftToProvider } = log
  const { abandoned } = await executor.close()
  return { calls, results, leftToProvider, broken, wallMs, abandoned }
}
