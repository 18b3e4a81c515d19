import type { ToolCall } from '../core/contract/call.ts'
import type { NestedExecutor, ToolContext } from '../core/tool/tool.ts'
import type { IsolatedCall } from '../core/contract/isolation.ts'
import { type Logger, loggerOf } from '../core/contract/logger.ts'
import { ToolFailure } from '../core/contract/tool-failure.ts'
import type { AbortReason } from './protocol.ts'
import type { Reports } from './reports.ts'

/** An executor whose calls fail with an explanation. */
const ABSENT_EXECUTOR: NestedExecutor = {
  tools: [],
  executeTools: () => Promise.reject(absent()),
  call: () => Promise.reject(absent()),
  openBatch: () => {
    throw absent()
  },
}

function absent(): ToolFailure {
  return new ToolFailure('A tool in isolation cannot call other tools: ctx.executor is not available in a worker.')
}

/** One call within its worker, and the context of its tool. */
export class WorkerContext implements ToolContext<undefined> {
  readonly run: number
  readonly call: ToolCall
  readonly index: number
  readonly attempt: number
  readonly idempotencyKey: string
  /** The application's own object is not transferred. */
  readonly context: undefined = undefined
  /** The executor's side counts the budget. */
  readonly budget: undefined = undefined
  /** Calls are made on the executor's side. */
  readonly executor: NestedExecutor = ABSENT_EXECUTOR
  readonly logger: Logger
  readonly progress: (value: unknown) => void
  #isOver = false
  #reason: DOMException | undefined
  #controller: AbortController | undefined

  constructor(run: number, call: IsolatedCall, reports: Reports) {
    const { id, name, input, index, attempt, idempotencyKey } = call
    this.run = run
    this.call = { id, name, arguments: input }
    this.index = index
    this.attempt = attempt
    this.idempotencyKey = idempotencyKey
    this.logger = loggerOf((level, message) => reports.log(run, level, message))
    this.progress = (value) => {
      if (!this.#isOver) reports.progress(run, value)
    }
  }

  /** Created when it is first read. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  get isOver(): boolean {
    return this.#isOver
  }

  get abortReason(): DOMException | undefined {
    return this.#reason
  }

  abort({ name, message }: AbortReason): void {
    if (this.#reason !== undefined || this.#isOver) return
    this.#reason = new DOMException(message, name)
    this.#controller?.abort(this.#reason)
  }

  /** Ignores progress from now on. */
  end(): void {
    this.#isOver = true
  }
}
