import type { Attempt } from './attempt.ts'
import type { ToolCall } from './call.ts'
import type { ToolContext } from './context.ts'
import type { Logger } from './logger.ts'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** What a tool gets beside its input, made from its attempt; everything is worked out when it is read. */
export class CallContext implements ToolContext {
  readonly #attempt: Attempt

  constructor(attempt: Attempt) {
    this.#attempt = attempt
  }

  get signal(): AbortSignal {
    return this.#attempt.signal
  }

  get context(): unknown {
    return this.#attempt.call.batch.context
  }

  get call(): ToolCall {
    const { call, input } = this.#attempt
    return { id: call.id, name: call.name, arguments: input }
  }

  get index(): number {
    return this.#attempt.call.index
  }

  get attempt(): number {
    return 1
  }

  get idempotencyKey(): string {
    const { batch, index } = this.#attempt.call
    return `${batch.run}/${batch.turn}/${index}`
  }

  get logger(): Logger {
    return this.#attempt.call.batch.log?.logger ?? silent
  }

  get progress(): (value: unknown) => void {
    const attempt = this.#attempt
    return (value) => {
      if (!attempt.isOver) attempt.call.progressed(value)
    }
  }
}
