import type { Attempt } from '../attempt/attempt.ts'
import type { Budget } from '../contract/budget.ts'
import type { ToolCall } from '../contract/call.ts'
import type { Logger } from '../contract/logger.ts'
import { MisuseError } from '../contract/misuse.ts'
import { checkStackRoom } from '../host/stack-room.ts'
import type { NestedExecutor, ToolContext } from '../tool/tool.ts'
import type { Call } from './call.ts'
import type { Nesting } from './nesting.ts'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** The running call of a context. */
export interface RunningCall {
  readonly call: Call
  readonly attempt: Attempt
  readonly input: unknown
  /** The number of the attempt, from 1. */
  readonly number: number
  readonly idempotencyKey: string
  /** Runs nested calls. */
  readonly executor: NestedExecutor
  /** The nested calls; undefined if the call may make none (any more). */
  openNesting(): Nesting | undefined
}

/** The context that a tool gets beside its input; every property is computed when it is read. */
export class CallContext implements ToolContext {
  readonly #running: RunningCall

  constructor(running: RunningCall) {
    this.#running = running
  }

  /** The running call of a context; undefined for any other object. */
  static runningOf(ctx: object): RunningCall | undefined {
    return #running in ctx ? ctx.#running : undefined
  }

  get signal(): AbortSignal {
    return this.#running.attempt.signal
  }

  get context(): unknown {
    return this.#running.call.batch.context
  }

  get call(): ToolCall {
    const { call, input } = this.#running
    return { id: call.id, name: call.name, arguments: input }
  }

  get budget(): Budget | undefined {
    return this.#running.call.batch.budget
  }

  get index(): number {
    return this.#running.call.index
  }

  get attempt(): number {
    return this.#running.number
  }

  get idempotencyKey(): string {
    return this.#running.idempotencyKey
  }

  get executor(): NestedExecutor {
    return this.#running.executor
  }

  get logger(): Logger {
    const { batch, index, name } = this.#running.call
    return batch.log?.ofCall(index, name) ?? silent
  }

  get progress(): (value: unknown) => void {
    const { attempt } = this.#running
    return (value) => {
      checkStackRoom('progress()')
      attempt.progress(value)
    }
  }
}

/** @throws MisuseError for an object that is not a context of a tool of this process */
export function runningCallOf(ctx: ToolContext): RunningCall {
  const running = CallContext.runningOf(ctx)
  if (running === undefined) throw new MisuseError('ctx', 'the context that a tool got from an executor', ctx)
  return running
}
