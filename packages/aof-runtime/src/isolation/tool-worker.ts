import { AsyncLocalStorage } from 'node:async_hooks'
import process from 'node:process'
import { systemClock, type TimerHandle } from '../core/host/clock.ts'
import { thrownMessage } from '../core/values/failure.ts'
import { isInstance } from '../core/contract/safe-checks.ts'
import { captureOutput, type CapturedOutput } from './captured-output.ts'
import { loadTool, ModuleFailed } from './load-tool.ts'
import { packResult } from './packed-result.ts'
import { packThrown } from './packed-thrown.ts'
import type { Ending, ToWorker, WorkerCall, WorkerSettings } from './protocol.ts'
import { Reports } from './reports.ts'
import { WorkerContext } from './worker-context.ts'
import type { WorkerPort } from './worker-port.ts'

/**
 * The worker's side: takes up one call after the other, and reports the end of each.
 *
 * Duty: `began` before the tool runs, once its module is loaded or cannot be; then exactly one ending, whatever the
 * tool returns or throws, unless the tool never ends or takes the worker down. Boundary: timeouts, retries and the pool
 * are outside; the worker gets an abort message, or is ended by force.
 * 1. It has one call at a time; the next one comes after the ending of the last.
 * 2. An unhandled error belongs to the call whose code caused it: while that call runs the error is the call's ending,
 *    later it is a line of the call's log. In both cases the worker takes up no further call.
 * 3. After `retired` it takes up no call, even if one is on its way.
 */
export class ToolWorker {
  readonly #port: WorkerPort
  readonly #settings: WorkerSettings
  readonly #reports: Reports
  readonly #output: CapturedOutput
  /** The call that the running code belongs to. */
  readonly #calls = new AsyncLocalStorage<WorkerContext>()
  #current: WorkerContext | undefined
  /** Whether the current call has begun. */
  #hasBegun = false
  #isRetired = false
  #idle: TimerHandle | undefined

  constructor(port: WorkerPort, settings: WorkerSettings) {
    this.#port = port
    this.#settings = settings
    this.#reports = new Reports((report) => port.send(report))
    this.#output = captureOutput((level, line) => {
      const context = this.#calls.getStore() ?? this.#current
      if (context !== undefined) this.#reports.log(context.run, level, line)
    })
    process.on('uncaughtException', (thrown: unknown) => this.#strayed(thrown))
    process.on('unhandledRejection', (thrown: unknown) => this.#strayed(thrown))
    port.send({ type: 'ready' })
    this.#wait()
  }

  hear(message: ToWorker): void {
    if (message.type === 'call') void this.#run(message)
    else if (message.type === 'heard') this.#reports.heard(message.count)
    else if (message.type === 'abort' && this.#current?.run === message.run) this.#current.abort(message.reason)
  }

  async #run({ run, module, export: name, call }: WorkerCall): Promise<void> {
    if (this.#isRetired) return
    this.#idle?.clear()
    this.#port.send({ type: 'took', run })
    const context = new WorkerContext(run, call, this.#reports)
    this.#current = context
    this.#hasBegun = false
    const ending = await this.#calls.run(context, () => this.#execute(context, module, name))
    if (!context.isOver) this.#end(context, ending)
  }

  async #execute(context: WorkerContext, module: string, name: string): Promise<Ending> {
    const { run, call } = context
    try {
      const execute = await this.#load(run, module, name)
      if (context.abortReason !== undefined) throw context.abortReason
      const value = await execute(call.arguments, context)
      return packResult(call.name, run, value, this.#settings.maxResultBytes)
    } catch (thrown) {
      // The module loader caches failures, so only a new worker can try again.
      if (isInstance(thrown, ModuleFailed)) this.#isRetired = true
      return { type: 'threw', run, thrown: packThrown(thrown) }
    }
  }

  /** The load time is not part of the call: otherwise the first call after a start would pay for all later ones. */
  async #load(run: number, module: string, name: string): ReturnType<typeof loadTool> {
    try {
      return await loadTool(module, name)
    } finally {
      // The tool may block this thread at once, so it starts only after the message is out.
      if (!this.#hasBegun) await this.#port.sendSafely({ type: 'began', run })
      this.#hasBegun = true
    }
  }

  #end(context: WorkerContext, ending: Ending): void {
    if (!this.#hasBegun) this.#port.send({ type: 'began', run: context.run })
    this.#hasBegun = true
    this.#output.flush()
    this.#reports.close(context.run)
    context.end()
    this.#current = undefined
    if (this.#isRetired) this.#port.send({ type: 'retired' })
    this.#port.send(ending)
    this.#wait()
  }

  #strayed(thrown: unknown): void {
    const owner = this.#calls.getStore() ?? this.#current
    if (owner !== undefined && owner === this.#current) {
      this.#isRetired = true
      this.#end(owner, { type: 'strayed', run: owner.run, thrown: packThrown(thrown) })
      return
    }
    if (owner !== undefined) {
      this.#reports.log(
        owner.run,
        'error',
        `An error after the end of the call was not handled: ${thrownMessage(thrown)}`,
      )
    }
    this.#isRetired = true
    this.#port.send({ type: 'retired' })
  }

  #wait(): void {
    this.#idle = systemClock.setTimer(() => this.#port.send({ type: 'idle' }), this.#settings.idleMs)
  }
}
