import type { ToolCall } from '../core/call.ts'
import type { ToolContext } from '../core/context.ts'
import type { IsolatedCall } from '../core/isolation.ts'
import type { Logger } from '../core/logger.ts'
import type { NestedExecutor } from '../core/nested-executor.ts'
import { ToolFailure } from '../core/tool-failure.ts'
import type { AbortReason } from './protocol.ts'
import type { Reports } from './reports.ts'

/** Says in words that there is none. */
const ABSENT_EXECUTOR: NestedExecutor = {
  tools: [],
  executeTools: () => Promise.reject(absent()),
  call: () => Promise.reject(absent()),
  openBatch: () => {
    throw absent()
  },
}

function absent(): ToolFailure {
  return new ToolFailure('A tool in isolation cannot call other tools: ctx.executor stays where the executor is.')
}

/** One call as its worker sees it, and what the tool gets of it. */
export class WorkerContext implements ToolContext<undefined> {
  readonly run: number
  readonly call: ToolCall
  readonly index: number
  readonly attempt: number
  readonly idempotencyKey: string
  /** The application's own object stays behind. */
  readonly context: undefined = undefined
  /** Counted where the executor is. */
  readonly budget: undefined = undefined
  /** Calls are made where the executor is. */
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
    const write =
      (level: keyof Logger) =>
      (message: string): void =>
        reports.log(run, level, message)
    this.logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
    this.progress = (value) => {
      if (!this.#isOver) reports.progress(run, value)
    }
  }

  /** Made when it is first read. */
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

  /** Why it was aborted, if it was. */
  get abortReason(): DOMException | undefined {
    return this.#reason
  }

  abort({ name, message }: AbortReason): void {
    if (this.#reason !== undefined || this.#isOver) return
    this.#reason = new DOMException(message, name)
    this.#controller?.abort(this.#reason)
  }

  /** Progress is heard no more. */
  end(): void {
    this.#isOver = true
  }
}
