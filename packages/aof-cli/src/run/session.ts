import { defined } from '../agent-file/defined.ts'
import type { AgentFile } from '../agent-file/agent-file.ts'
import { systemClock } from 'aof-runtime'
import { AgentExecutor, type AgentMessage, type AgentResult } from 'aof-runtime/agent'
import { stalledLine } from 'aof-runtime/internal/values'
import type { ExitCode } from '../exit-codes.ts'
import { noteFailure } from '../failure-notes.ts'
import type { LiveEvent } from '../live/live-event.ts'
import type { LiveState } from '../live/live-state.ts'
import { type LogLevel, type Output, problemsOnly } from '../output.ts'
import { watchCommand } from '../process/command-watch.ts'
import type { Divergence } from '../run-recording/divergence.ts'
import { exitCodeOf } from './exit-code.ts'
import { incompleteAnswer } from './incomplete-answer.ts'
import type { RunLimits, TimeLimit } from './limits.ts'
import { modelSettings, type Runtime } from './runtime.ts'
import type { CallObserver } from '../run-recording/observed-executor.ts'

/** Options of a session. */
export interface SessionSetup {
  readonly agent: AgentFile
  /** Creates the runtime of the runs. */
  readonly runtime: (onArguments: CallObserver['arguments']) => Runtime
  readonly output: Output
  readonly logLevel: LogLevel
  /** True if log lines were requested, so they are shown next to a view, too. */
  readonly wantsLog: boolean
  readonly limits: RunLimits
  /** True if an incomplete answer fails the command. */
  readonly isStrict: boolean
  /** Called last of all if a tool has ended the process. */
  readonly onExit: (tool: string | undefined) => void
  /** Gets every event. */
  readonly onEvent: (event: LiveEvent) => void
}

/** The outcome of a run. */
export interface RunOutcome {
  readonly result: AgentResult
  readonly exitCode: ExitCode
  /** The state of the view at the end. */
  readonly state: LiveState
  /** The limit that ended it, if any. */
  readonly timeLimit?: TimeLimit
  /** Its divergence from the recording, if any. */
  readonly divergence?: Divergence
}

/** More events than a turn of the largest size has at once. */
const MAX_KEPT_EVENTS = 20_000

/**
 * A conversation with an agent: runs one after the other, each with the history of the previous ones.
 *
 * 1. Every end of a run leaves a history that the next run can continue.
 * 2. During a run, Ctrl-C and SIGTERM abort it; between runs they end the process, as by default.
 */
export class Session {
  readonly #setup: SessionSetup
  readonly #runtime: Runtime
  #history: readonly AgentMessage[] = []
  /** Complete arguments of calls whose next event has not arrived, by turn and index. */
  readonly #arguments = new Map<string, string>()

  constructor(setup: SessionSetup) {
    this.#setup = setup
    this.#runtime = setup.runtime((turn, index, written) => this.#arguments.set(`${turn}/${index}`, written))
    this.#runtime.executor.subscribe((event) => {
      noteFailure(event, setup.output)
      if (event.type === 'stalled') setup.output.logger.warn(stalledLine(event.stalledMs, event.calls))
    })
  }

  get runtime(): Runtime {
    return this.#runtime
  }

  /** @param isLast true if this is the last run */
  async run(input: string, isLast: boolean): Promise<RunOutcome> {
    const { output, logLevel, limits } = this.#setup
    const { timeLimit } = limits
    const runtime = this.#runtime
    const watch = watchCommand(output, logLevel, this.#setup.onExit)
    const { view } = watch
    const timeout = new AbortController()
    const why = timeLimit && `The run was ended after ${timeLimit.ms} ms (${timeLimit.source}).`
    const end = (): void => timeout.abort(new DOMException(why, 'TimeoutError'))
    const timer = timeLimit && systemClock.setTimer(end, timeLimit.ms)
    try {
      runtime.beginRun(input)
      const signals = [watch.signal, timeout.signal, runtime.signal].filter((signal) => signal !== undefined)
      const run = this.#agent().run(
        { messages: [...this.#history, { role: 'user', content: [{ type: 'text', text: input }] }] },
        defined({ signal: AbortSignal.any(signals), budget: limits.budget }),
      )
      for await (const event of run) this.#take(event, view.take.bind(view))
      const result = await run.result
      runtime.endRun(result)
      if (isLast) runtime.close()
      this.#history = result.messages
      const { divergence } = runtime
      const ended = {
        interrupted: watch.interrupted,
        hasUnhandledError: watch.hasUnhandledError,
        timedOut: timeout.signal.aborted,
        diverged: divergence !== undefined,
        incomplete: this.#setup.isStrict && incompleteAnswer(result) !== undefined,
      }
      return {
        result,
        exitCode: exitCodeOf(result.status, ended),
        state: view.state,
        ...(timeLimit !== undefined && result.status === 'aborted' && timeout.signal.aborted && { timeLimit }),
        ...(divergence !== undefined && { divergence }),
      }
    } finally {
      watch.close()
      timer?.clear()
      this.#arguments.clear()
    }
  }

  #agent(): AgentExecutor {
    const { agent, limits, output, wantsLog } = this.#setup
    const { name, instructions, eager } = agent
    const { model, executor, asking } = this.#runtime
    return new AgentExecutor({
      ...defined({ name, model, executor, instructions, eager, maxIterations: limits.maxIterations }),
      ...modelSettings(agent),
      ...asking,
      maxKeptEvents: MAX_KEPT_EVENTS,
      logger: !wantsLog ? problemsOnly(output.logger) : output.logger,
    })
  }

  #take(event: LiveEvent, show: (event: LiveEvent) => void): void {
    if ('index' in event && event.type !== 'accepted') {
      const key = `${event.turn}/${event.index}`
      const written = this.#arguments.get(key)
      if (written !== undefined && this.#arguments.delete(key))
        this.#take({ type: 'call_arguments', turn: event.turn, index: event.index, arguments: written }, show)
    }
    show(event)
    this.#setup.onEvent(event)
  }
}
