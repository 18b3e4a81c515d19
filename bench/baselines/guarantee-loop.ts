import type { ToolCall, ToolError, ToolResult, ToolTiming, Validator } from '../../packages/aof-runtime/dist/index.js'
import { jsonCopy } from './json-copy.ts'

/** A tool of the hand-written loop. */
export interface LoopTool {
  readonly validate?: Validator
  readonly execute: (input: never, ctx: LoopContext) => unknown
}

/** The context of a tool, with a signal that is created when it is read, and the loop's state of a running call. */
export class LoopContext {
  readonly call: ToolCall
  readonly index: number
  readonly startedAt: number = performance.now()
  settled = false
  #controller: AbortController | undefined
  #timedOut = false

  constructor(call: ToolCall, index: number) {
    this.call = call
    this.index = index
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#timedOut) this.#controller.abort()
    }
    return this.#controller.signal
  }

  timeOut(): void {
    this.#timedOut = true
    this.#controller?.abort()
  }
}

/**
 * The same loop with the executor's guarantees, as a skilled engineer would write it by hand for one batch: arguments
 * are parsed from JSON text, or copied from a value when the call is accepted, and validated; results are normalised to
 * a bounded JSON copy; any thrown value becomes an error; each call is timed by the monotonic clock; a tool that does
 * not end in time is abandoned, by one timer for the whole batch; results have the executor's shape, in the order of
 * the calls.
 *
 * It has no abort from outside, no events, no log, no open batch, no limit shared between batches, no bound on the
 * queue.
 */
export async function guaranteeLoop(
  tools: ReadonlyMap<string, LoopTool>,
  calls: readonly ToolCall[],
  limit: number,
  timeoutMs: number,
): Promise<ToolResult[]> {
  return calls.length === 0 ? [] : new Loop(tools, calls, limit, timeoutMs).settle()
}

class Loop {
  readonly #tools: ReadonlyMap<string, LoopTool>
  readonly #calls: readonly ToolCall[]
  readonly #limit: number
  readonly #timeoutMs: number
  readonly #results: ToolResult[]
  readonly #acceptedAt = performance.now()
  readonly #settled = Promise.withResolvers<ToolResult[]>()
  /** The call that each lane runs now: the timer looks only at these. */
  readonly #lanes: (LoopContext | undefined)[]
  #next = 0
  #unsettled: number
  #timer: NodeJS.Timeout | undefined

  constructor(tools: ReadonlyMap<string, LoopTool>, calls: readonly ToolCall[], limit: number, timeoutMs: number) {
    this.#tools = tools
    this.#calls = calls.map(accept)
    this.#limit = Math.min(limit, calls.length)
    this.#timeoutMs = timeoutMs
    this.#results = new Array<ToolResult>(calls.length)
    this.#lanes = new Array<LoopContext | undefined>(this.#limit)
    this.#unsettled = calls.length
  }

  settle(): Promise<ToolResult[]> {
    this.#timer = setTimeout(() => this.#expire(), this.#timeoutMs)
    for (let lane = 0; lane < this.#limit; lane++) void this.#runLane(lane)
    return this.#settled.promise
  }

  /** Takes call after call. When one times out, another run of the lane takes over and this one ends with that call. */
  async #runLane(lane: number): Promise<void> {
    while (this.#next < this.#calls.length) {
      const index = this.#next++
      const call = this.#calls[index] as ToolCall
      const tool = this.#tools.get(call.name)
      const running = new LoopContext(call, index)
      if (tool === undefined) {
        this.#fail(running, 'invalid', 'none', { code: 'unknown_tool', message: `There is no tool ${call.name}.` })
        continue
      }
      let input: unknown
      try {
        input = typeof call.arguments === 'string' ? JSON.parse(call.arguments) : call.arguments
        if (tool.validate !== undefined) {
          const outcome = tool.validate(input)
          const validation = outcome instanceof Promise ? await outcome : outcome
          if (!validation.ok)
            throw new TypeError(validation.issues.map(({ pointer, message }) => `${pointer} ${message}`).join('; '))
          input = validation.value
        }
      } catch (error) {
        this.#fail(running, 'invalid', 'none', { code: 'invalid_arguments', message: messageOf(error) })
        continue
      }
      this.#lanes[lane] = running
      try {
        const value = await tool.execute(input as never, running)
        if (running.settled) return
        this.#succeed(running, jsonCopy(value))
      } catch (error) {
        if (running.settled) return
        this.#fail(running, 'failed', 'ended', { code: 'tool_error', message: messageOf(error) })
      }
    }
    this.#lanes[lane] = undefined
  }

  #succeed(running: LoopContext, data: ReturnType<typeof jsonCopy>): void {
    const { index, call } = running
    const { id, name } = call
    this.#settle(running, {
      index,
      id,
      name,
      status: 'succeeded',
      success: true,
      execution: 'ended',
      data,
      timing: this.#timing(running, 1),
      source: 'run',
    })
  }

  #fail(
    running: LoopContext,
    status: 'failed' | 'invalid' | 'timed_out',
    execution: 'none' | 'ended' | 'unknown',
    error: Omit<ToolError, 'retryable'>,
  ): void {
    const { index, call } = running
    const { id, name } = call
    this.#settle(running, {
      index,
      id,
      name,
      status,
      success: false,
      execution,
      error: { ...error, retryable: false },
      timing: this.#timing(running, execution === 'none' ? 0 : 1),
      source: 'run',
    })
  }

  #timing(running: LoopContext, attempts: number): ToolTiming {
    const now = performance.now()
    const { startedAt } = running
    return {
      queuedMs: startedAt - this.#acceptedAt,
      runMs: now - startedAt,
      totalMs: now - this.#acceptedAt,
      attempts,
    }
  }

  #settle(running: LoopContext, result: ToolResult): void {
    running.settled = true
    this.#results[running.index] = result
    if (--this.#unsettled > 0) return
    clearTimeout(this.#timer)
    this.#settled.resolve(this.#results)
  }

  /** Abandons the calls whose time is over, and sets the one timer for the next. */
  #expire(): void {
    const now = performance.now()
    let nextAt = now + this.#timeoutMs
    for (const [lane, running] of this.#lanes.entries()) {
      if (running === undefined || running.settled) continue
      const deadline = running.startedAt + this.#timeoutMs
      if (deadline > now) {
        nextAt = Math.min(nextAt, deadline)
        continue
      }
      running.timeOut()
      const message = `It did not end within ${this.#timeoutMs} ms.`
      this.#fail(running, 'timed_out', 'unknown', { code: 'timeout', message })
      void this.#runLane(lane)
    }
    if (this.#unsettled > 0) this.#timer = setTimeout(() => this.#expire(), Math.max(1, Math.ceil(nextAt - now)))
  }
}

/** Arguments that are values are copied at once, so that later changes by the caller do not reach the tool. */
function accept(call: ToolCall): ToolCall {
  if (typeof call.arguments === 'string') return call
  return { id: call.id, name: call.name, arguments: jsonCopy(call.arguments) }
}

function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown)
  } catch {
    return 'The thrown value cannot be read.'
  }
}
