import type { AgentFile } from '../agent-file/index.ts'
import { systemClock } from 'aof-runtime'
import { AgentExecutor, type AgentMessage, type AgentResult } from 'aof-runtime/agent'
import { stalledLine } from 'aof-runtime/internal'
import type { ExitCode } from '../exit-codes.ts'
import { noteFailure } from '../failure-notes.ts'
import { type LiveEvent, openPicture } from '../live/index.ts'
import type { LiveState } from '../live/live-state.ts'
import { type LogLevel, type Output, problemsOnly } from '../output.ts'
import { watchExit } from '../process/exit-watch.ts'
import { listenForInterrupts } from '../process/interrupts.ts'
import { watchStrayErrors } from '../process/stray-errors.ts'
import type { Departure } from '../recording/departure.ts'
import { exitCodeOf } from './exit-code.ts'
import { incompleteAnswer } from './incomplete-answer.ts'
import type { RunLimits, TimeLimit } from './limits.ts'
import { modelSettings, type Stage } from './stage.ts'
import type { CallObserver } from '../recording/observed-executor.ts'

/** What a session is made with. */
export interface SessionSetup {
  readonly agent: AgentFile
  /** Makes what the runs are played on. */
  readonly stage: (onArguments: CallObserver['arguments']) => Stage
  readonly output: Output
  readonly logLevel: LogLevel
  /** Whether somebody asked for log lines, so that they are shown beside a picture too. */
  readonly wantsLog: boolean
  readonly limits: RunLimits
  /** Whether an answer that is incomplete fails the command. */
  readonly isStrict: boolean
  /** A tool has ended the process: the last thing that is called. */
  readonly onExit: (tool: string | undefined) => void
  /** Gets every event. */
  readonly onEvent: (event: LiveEvent) => void
}

/** What a run came to. */
export interface RunOutcome {
  readonly result: AgentResult
  readonly exitCode: ExitCode
  /** What the picture knew at the end. */
  readonly state: LiveState
  /** The limit that ended it, if one did. */
  readonly timeLimit?: TimeLimit
  /** How it departs from its recording, if it does. */
  readonly departure?: Departure
}

/** More than a turn of the largest size has at once. */
const MAX_KEPT_EVENTS = 20_000

/**
 * A conversation with an agent: run after run, each with the history of those before.
 *
 * 1. Every end of a run leaves a history from which the next one can go on.
 * 2. While a run goes on, Ctrl-C and SIGTERM abort it; between runs they end the process, as they do by default.
 */
export class Session {
  readonly #setup: SessionSetup
  readonly #stage: Stage
  #history: readonly AgentMessage[] = []
  /** Arguments that are complete, of calls whose next event has not been seen, by turn and place. */
  readonly #arguments = new Map<string, string>()

  constructor(setup: SessionSetup) {
    this.#setup = setup
    this.#stage = setup.stage((turn, index, written) => this.#arguments.set(`${turn}/${index}`, written))
    this.#stage.executor.subscribe((event) => {
      noteFailure(event, setup.output)
      if (event.type === 'stalled') setup.output.logger.warn(stalledLine(event.stalledMs, event.calls))
    })
  }

  get stage(): Stage {
    return this.#stage
  }

  /** @param isLast whether no run will come after it */
  async run(input: string, isLast: boolean): Promise<RunOutcome> {
    const { output, logLevel, limits } = this.#setup
    const { timeLimit } = limits
    const stage = this.#stage
    const interrupts = listenForInterrupts(() => output.note(output.style.dim('aborting; once more ends at once')))
    const strays = watchStrayErrors()
    const timeout = new AbortController()
    const timer = timeLimit && systemClock.setTimer(() => timeout.abort(timeoutReason(timeLimit)), timeLimit.ms)
    const picture = openPicture(output, { logLevel })
    const exits = watchExit((tool) => {
      picture.close()
      this.#setup.onExit(tool)
    })
    try {
      stage.beginRun(input)
      const signals = [
        interrupts.signal,
        timeout.signal,
        strays.signal,
        ...(stage.signal === undefined ? [] : [stage.signal]),
      ]
      const run = this.#agent().run(
        { messages: [...this.#history, { role: 'user', content: [{ type: 'text', text: input }] }] },
        { signal: AbortSignal.any(signals), ...(limits.budget !== undefined && { budget: limits.budget }) },
      )
      for await (const event of run) this.#take(event, picture.take.bind(picture))
      const result = await run.result
      stage.endRun(result)
      if (isLast) stage.close()
      this.#history = result.messages
      const { departure } = stage
      const ended = {
        interrupted: interrupts.exitCode,
        strayed: strays.signal.aborted,
        timedOut: timeout.signal.aborted,
        departed: departure !== undefined,
        incomplete: this.#setup.isStrict && incompleteAnswer(result) !== undefined,
      }
      return {
        result,
        exitCode: exitCodeOf(result.status, ended),
        state: picture.state,
        ...(timeLimit !== undefined && result.status === 'aborted' && timeout.signal.aborted && { timeLimit }),
        ...(departure !== undefined && { departure }),
      }
    } finally {
      picture.close()
      timer?.clear()
      interrupts.stop()
      strays.stop()
      exits.stop()
      this.#arguments.clear()
    }
  }

  #agent(): AgentExecutor {
    const { agent, limits, output, wantsLog } = this.#setup
    const { maxIterations } = limits
    const stage = this.#stage
    return new AgentExecutor({
      name: agent.name,
      model: stage.model,
      executor: stage.executor,
      ...(agent.instructions !== undefined && { instructions: agent.instructions }),
      ...(agent.eager !== undefined && { eager: agent.eager }),
      ...(maxIterations !== undefined && { maxIterations }),
      ...modelSettings(agent),
      ...stage.asking,
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

function timeoutReason({ ms, source }: TimeLimit): DOMException {
  return new DOMException(`The run was ended after ${ms} ms (${source}).`, 'TimeoutError')
}
