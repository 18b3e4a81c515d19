import { type AsyncContext, captureAsyncContext } from './async-context.ts'
import { readArguments } from './arguments.ts'
import { Attempt, type AttemptOwner, type Cut, type LateOutcome } from './attempt.ts'
import type { Batch } from './batch.ts'
import { CallContext } from './call-context.ts'
import {
  tellAbandoned,
  tellAccepted,
  tellEndedLate,
  tellParked,
  tellProgress,
  tellSettled,
  tellStarted,
} from './call-events.ts'
import { startedTiming, succeeded, unstartedTiming, unsuccessful } from './call-result.ts'
import {
  ABORTED_UNSTARTED,
  abortedRunning,
  argumentsDoNotFit,
  CLOSED,
  neverCompleted,
  schemaFailed,
  schemaTimedOut,
  timedOut,
  unknownTool,
} from './call-words.ts'
import { type CompiledTool, describeIssues, isLater } from './compiled-tool.ts'
import type { Engine } from './engine.ts'
import type { ErrorCode } from './error-code.ts'
import { thrownMessage } from './failure.ts'
import { InputCheck } from './input-check.ts'
import type { Output } from './output.ts'
import type { Execution, ToolResult, UnsuccessfulResult } from './result.ts'
import type { Validation } from './schema.ts'
import type { Waiter } from './admission/permits.ts'

/** It has a place, and no arguments yet. */
const RESERVED = { phase: 'reserved' } as const

/** Its arguments are good; no permit has been asked for. */
const READY = { phase: 'ready' } as const

/** It is in the permits' queue, to start in its caller's async context. Calls that came together share one. */
export class Queued {
  readonly phase = 'queued'
  readonly context: AsyncContext = captureAsyncContext()
}

/** It has its result, for good; the batch keeps it. */
const SETTLED = { phase: 'settled' } as const

type CallState = typeof RESERVED | InputCheck | typeof READY | Queued | Attempt | typeof SETTLED

/**
 * One call, from its place in the batch to its result.
 *
 * Duty: exactly one result, whatever happens, and every change of state in this file.
 * Boundary: the batch counts results, permits decide when it starts, its attempt runs the tool.
 * 1. reserved → (checking →) ready → (queued →) running → settled; from every state straight to settled; never back.
 * 2. It holds a permit exactly while it is running, and gives it back in the step that settles it.
 * 3. What comes for a state that has passed (a late validation, a late outcome, a second abort) changes nothing.
 * 4. A hundred thousand of them may wait: what few calls have is kept by the batch, not in a field of each.
 */
export class CallRecord implements Waiter, AttemptOwner {
  readonly batch: Batch
  readonly index: number
  readonly id: string
  readonly name: string
  #state: CallState = RESERVED
  /** What it will run, and with which input: of a call that is ready or queued. */
  #tool: CompiledTool | undefined
  #input: unknown

  constructor(batch: Batch, index: number, id: string, name: string) {
    this.batch = batch
    this.index = index
    this.id = id
    this.name = name
  }

  /** It has its place. Said once, after the batch has it: a listener may add a call itself. */
  announce(): void {
    tellAccepted(this)
  }

  get engine(): Engine {
    return this.batch.engine
  }

  get acceptedAt(): number {
    return this.batch.acceptedAt(this.index)
  }

  get wantsPermit(): boolean {
    return this.#state.phase === 'queued'
  }

  /** Takes the arguments: afterwards the call is settled as invalid, being checked, or ready to be {@link request}ed. */
  complete(given: unknown, tool: CompiledTool | undefined): void {
    if (this.#state !== RESERVED) return
    if (this.batch.isAborted) return this.#abortedUnstarted()
    if (this.engine.closing) return this.#refuse('rejected', 'closed', CLOSED)
    if (tool === undefined)
      return this.#refuse('invalid', 'unknown_tool', unknownTool(this.name, [...this.engine.registry.keys()]))
    // Reading and validating run code that is not ours and may end this call, e.g. by an abort.
    const read = readArguments(given, this.engine.limits.maxArgumentsBytes)
    if (this.#state !== RESERVED) return
    if (!read.ok) return this.#refuse('invalid', read.code, read.message)
    if (tool.validateInput === undefined) {
      this.#makeReady(tool, read.value)
      return
    }
    try {
      const validation = tool.validateInput(read.value)
      if (this.#state !== RESERVED) return
      if (isLater(validation)) this.#checkLater(tool, validation)
      else this.#checked(tool, validation)
    } catch (thrown) {
      if (this.#state === RESERVED) this.#checkFailed(tool, thrown)
    }
  }

  /** Starts if a permit is free, else queues up; does nothing unless it is ready. */
  request(): void {
    if (this.#state !== READY) return
    const { permits } = this.engine
    if (permits.take()) {
      this.#start(undefined)
      return
    }
    this.#state = this.batch.queued()
    permits.wait(this)
    tellParked(this)
  }

  admit(now: number | undefined): void {
    if (this.#state.phase === 'queued') this.#state.context.runInAsyncScope(this.#start, this, now)
  }

  /** Ends a call that will get no arguments, or none that make sense; nothing runs. */
  drop(code: 'incomplete_call' | 'malformed_call', message: string): void {
    if (this.#state === RESERVED) this.#refuse('invalid', code, message)
  }

  /** Ends a call whose arguments never came, now that no more will come. */
  giveUp(): void {
    if (this.#state === RESERVED) this.#refuse('invalid', 'incomplete_call', neverCompleted(this.name))
  }

  /** Ends it if it has not started, else signals its tool. */
  abort(): void {
    const state = this.#state
    switch (state.phase) {
      case 'running':
        return state.cut('abort')
      case 'settled':
        return
      case 'checking':
        state.end(this.engine)
        break
      case 'queued':
        // It withdraws before anybody is told: a listener may free a permit or want one.
        this.#state = SETTLED
        this.engine.permits.withdraw()
        break
      case 'reserved':
      case 'ready':
        break
    }
    this.#abortedUnstarted()
  }

  /** What the tool's signal gives as its reason. */
  abortReason(cut: Cut): unknown {
    return cut === 'abort'
      ? this.batch.abortReason
      : new DOMException(`The tool call '${this.name}' ran out of time.`, 'TimeoutError')
  }

  /** The tool ended in time. */
  attemptEnded(attempt: Attempt, output: Output): void {
    const endedAt = this.engine.clock.now()
    const timing = startedTiming(this, attempt.startedAt, endedAt)
    if (output.ok) this.#settle(succeeded(this, output, timing), endedAt, undefined)
    else this.#settle(unsuccessful(this, 'failed', output.error, 'ended', timing), endedAt, output.thrown)
    this.#release(endedAt)
  }

  /** The tool was signalled and either ended within the grace, or is abandoned; or it was not run at all. */
  attemptCut(attempt: Attempt, cut: Cut, execution: Execution): void {
    const now = this.engine.clock.now()
    if (execution === 'none') {
      this.#abortedUnstarted()
      return this.#release(now)
    }
    if (execution === 'unknown') this.#abandoned(cut, now)
    const message =
      cut === 'timeout'
        ? timedOut(this.name, attempt.timeoutMs, this.#timeoutSource(attempt.tool), execution)
        : abortedRunning(execution)
    const error = {
      code: cut === 'timeout' ? ('timeout' as const) : ('aborted' as const),
      message,
      retryable: cut === 'timeout',
    }
    const status = cut === 'timeout' ? 'timed_out' : 'aborted'
    const timing = startedTiming(this, attempt.startedAt, now)
    this.#settle(unsuccessful(this, status, error, execution, timing), now, undefined)
    this.#release(now)
  }

  /** An abandoned tool ended after all. */
  abandonedEnded(since: number, outcome: LateOutcome): void {
    this.engine.abandoned--
    tellEndedLate(this, since, outcome)
  }

  /** The tool reported progress. */
  progressed(value: unknown): void {
    tellProgress(this, value)
  }

  /** Whoever gets the permit starts at once, so its start is our end, unless somebody was told in between. */
  #release(now: number): void {
    this.engine.permits.release(this.batch.isObserved || this.batch.log !== undefined ? undefined : now)
  }

  #checkLater(tool: CompiledTool, validation: Promise<Validation>): void {
    const { timeouts, clock } = this.engine
    const check = new InputCheck(() => {
      this.#refuse('timed_out', 'timeout', schemaTimedOut(this.name, timeoutMs, this.#timeoutSource(tool)))
    })
    const timeoutMs = this.#timeoutMs(tool)
    this.#state = check
    timeouts.add(check, timeoutMs, clock.now())
    const answered = (conclude: () => void): void => {
      if (this.#state !== check) return
      check.end(this.engine)
      try {
        conclude()
      } catch (thrown) {
        this.#checkFailed(tool, thrown)
      }
      this.request()
    }
    validation.then(
      (verdict) => answered(() => this.#checked(tool, verdict)),
      (thrown: unknown) => answered(() => this.#checkFailed(tool, thrown)),
    )
  }

  #checked(tool: CompiledTool, verdict: Validation): void {
    if (verdict.ok) this.#makeReady(tool, verdict.value)
    else this.#refuse('invalid', 'invalid_arguments', argumentsDoNotFit(this.name, describeIssues(verdict.issues)))
  }

  #checkFailed(tool: CompiledTool, thrown: unknown): void {
    this.#refuse('failed', 'tool_error', schemaFailed(tool.tool.name, thrownMessage(thrown)), thrown)
  }

  #makeReady(tool: CompiledTool, input: unknown): void {
    this.#state = READY
    this.#tool = tool
    this.#input = input
  }

  #start(at: number | undefined): void {
    const tool = this.#tool
    if (tool === undefined) return
    const { engine, batch } = this
    const now = at ?? engine.clock.now()
    const attempt = new Attempt(this, tool, this.#input, this.#timeoutMs(tool), now)
    this.#tool = this.#input = undefined
    this.#state = attempt
    tellStarted(this, now)
    batch.log?.callStarted(this.index, this.name)
    attempt.run(new CallContext(this, attempt))
  }

  #abandoned(cut: Cut, now: number): void {
    const { batch } = this
    this.engine.abandoned++
    batch.log?.callAbandoned(this.index, this.name)
    tellAbandoned(this, now, cut)
  }

  #abortedUnstarted(): void {
    this.#refuse('aborted', 'aborted', ABORTED_UNSTARTED)
  }

  /** The nearest timeout. */
  #timeoutMs({ tool }: CompiledTool): number {
    return this.batch.ownTimeoutOf(this) ?? this.batch.timeoutMs ?? tool.timeoutMs ?? this.engine.limits.timeoutMs
  }

  /** Whose it is, in words. */
  #timeoutSource({ tool }: CompiledTool): string {
    if (this.batch.ownTimeoutOf(this) !== undefined) return "the call's timeoutMs"
    if (this.batch.timeoutMs !== undefined) return "the batch's timeoutMs"
    return tool.timeoutMs === undefined ? "the executor's timeoutMs" : "the tool's timeoutMs"
  }

  #refuse(status: UnsuccessfulResult['status'], code: ErrorCode, message: string, thrown?: unknown): void {
    const now = this.engine.clock.now()
    const error = { code, message, retryable: false }
    this.#settle(unsuccessful(this, status, error, 'none', unstartedTiming(this, now)), now, thrown)
  }

  #settle(result: ToolResult, now: number, thrown: unknown): void {
    this.#state = SETTLED
    this.#tool = this.#input = undefined
    const { batch } = this
    batch.log?.callSettled(result)
    tellSettled(this, now, result, thrown)
    batch.callSettled(this, result, now)
  }
}
