import type { Attempt } from './attempt.ts'
import type { Budget } from './budget.ts'
import type { CallRecord } from './call-record.ts'
import type { ToolCall } from './call.ts'
import type { ToolContext } from './context.ts'
import type { Logger } from './logger.ts'
import type { NestedExecutor } from './nested-executor.ts'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** What a tool gets beside its input; everything is worked out when it is read. */
export class CallContext implements ToolContext {
  readonly #call: CallRecord
  readonly #attempt: Attempt

  constructor(call: CallRecord, attempt: Attempt) {
    this.#call = call
    this.#attempt = attempt
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
    return this.#call.idempotencyKey
  }

  get executor(): NestedExecutor {
    return this.#call.engine.nest(this.#call, this.#attempt)
  }

  get logger(): Logger {
    return this.#call.batch.log?.logger ?? silent
  }

  get progress(): (value: unknown) => void {
    const attempt = this.#attempt
    return (value) => attempt.progress(value)
  }
}
