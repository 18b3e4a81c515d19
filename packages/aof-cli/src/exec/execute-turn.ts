import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { systemClock, type ToolExecutorOptions, type ToolResult } from 'aof-runtime'
import { CallIds, cutOff, hidesMarks, ModelStream, readStream, Turn, withOwnNames } from 'aof-runtime/agent/internal'
import type { LiveEvent } from '../live/index.ts'
import { ObservedExecutor } from '../recording/observed-executor.ts'
import { CallLog, type LoggedCall } from './call-log.ts'

/** What a turn is executed with. */
export interface TurnExecution {
  /** Gives the answer whose calls are run. */
  readonly model: LanguageModelV4
  /** Whether it gives the answer as a stream, in which a call may be repeated. @default true */
  readonly isStreamed?: boolean
  /** The tools, and how they run. */
  readonly executor: ToolExecutorOptions
  /** Aborts what runs, and what has not started. */
  readonly signal: AbortSignal
  /** Gets the turn's own events and those of its calls, as they happen. */
  readonly emit: (event: LiveEvent) => void
  /** Timeout of each call in milliseconds. @default the tool's, else the executor's */
  readonly timeoutMs?: number | undefined
}

/** What came of a turn's calls. */
export interface ExecutedTurn {
  /** In call order; those that the provider runs itself are not among them. */
  readonly calls: readonly LoggedCall[]
  /** One for each call, in call order; a call that was never complete is `invalid`. */
  readonly results: readonly ToolResult[]
  /** How many calls the provider runs itself. */
  readonly leftToProvider: number
  /** Why the answer ended before the model did; undefined where it did not. */
  readonly broken: { readonly cause: unknown } | undefined
  /** From the first part of the answer to the last result, in milliseconds. */
  readonly wallMs: number
  /** Tools that we stopped waiting for, and that still run. */
  readonly abandoned: number
}

/**
 * Reads a model's answer and runs its calls, each as soon as it is known to be complete, in the way an agent does: the same turn, on
 * the same executor. What was cut off, or is no JSON, never runs (I37).
 *
 * @throws what the model's `doStream` throws
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
