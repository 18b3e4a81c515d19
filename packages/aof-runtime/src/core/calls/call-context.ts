import type { Attempt } from '../attempt/attempt.ts'
import type { Budget } from '../contract/budget.ts'
import type { CallRecord } from './call-record.ts'
import type { ToolCall } from '../contract/call.ts'
import type { NestedExecutor, ToolContext } from '../tool/tool.ts'
import { idempotencyKey } from './idempotency-key.ts'
import type { Logger } from '../contract/logger.ts'
import { MisuseError } from '../contract/misuse.ts'
import { checkStackRoom } from '../host/stack-room.ts'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** What a tool gets beside its input; everything is worked out when it is read. */
export class CallContext implements ToolContext {
  readonly #call: CallRecord
  readonly #attempt: Attempt

  constructor(call: CallRecord, attempt: Attempt) {
    this.#call = call
    this.#attempt = attempt
  }

  /** The call and the attempt that a context belongs to. */
  static partsOf(ctx: object): ContextParts | undefined {
    return #call in ctx ? { call: ctx.#call, attempt: ctx.#attempt } : undefined
  }

  get signal(): AbortSignal {
    return this.#attempt.signal
  }

  get context(): unknown {
    return this.#call.batch.context
  }

  get call(): ToolCall {
    const { id, name } = this.#call
    return { id, name, arguments: this.#attempt.input }
  }

  get budget(): Budget | undefined {
    return this.#call.batch.budget
  }

  get index(): number {
    return this.#call.index
  }

  get attempt(): number {
    return this.#attempt.number
  }

  get idempotencyKey(): string {
    return idempotencyKey(this.#call, this.#attempt)
  }

  get executor(): NestedExecutor {
    return this.#call.engine.nest(this.#call, this.#attempt)
  }

  get logger(): Logger {
    const { batch, index, name } = this.#call
    return batch.log?.ofCall(index, name) ?? silent
  }

  get progress(): (value: unknown) => void {
    const attempt = this.#attempt
    return (value) => {
      checkStackRoom('progress()')
      attempt.progress(value)
    }
  }
}

/** What a context is of. */
export interface ContextParts {
  readonly call: CallRecord
  readonly attempt: Attempt
}

/** @throws MisuseError for an object that is no context of a tool of this process */
export function contextParts(ctx: ToolContext): ContextParts {
  const parts = CallContext.partsOf(ctx)
  if (parts === undefined) throw new MisuseError('ctx', 'the context that a tool got from an executor', ctx)
  return parts
}
