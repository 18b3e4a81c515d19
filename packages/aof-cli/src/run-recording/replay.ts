import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { Clock } from 'aof-runtime'
import type { AgentResult } from 'aof-runtime/agent'
import { type Divergence, DivergenceError, diffText } from './divergence.ts'
import { requestDigest } from './digest.ts'
import { playedModel, replayError } from './recorded-turns.ts'
import type { Redactor } from './redact.ts'
import type { RecordedRun, RecordedTurn, Recording } from './recording.ts'
import type { HeaderLine, RecordedTool } from './recording-format.ts'

/** Options of a replay. */
export interface ReplaySetup {
  readonly recording: Recording
  readonly clock: Clock
  /** True to take the recorded times; false to wait for nothing. */
  readonly paced: boolean
  readonly redactor: Redactor
}

/**
 * A replay of a recording through the agent loop.
 *
 * Duty: the model and the calls answer as recorded; a divergence of the loop is noticed, and ends the run.
 * Boundary: asks no model and executes no tool.
 * 1. `divergence` is the first one, and never changes.
 * 2. Time within a turn is the recorded time: {@link Replay.now} advances with the parts of the stream.
 */
export class Replay {
  readonly recording: Recording
  readonly paced: boolean
  readonly clock: Clock
  /** The model of the replayed agent. */
  readonly model: LanguageModelV4
  /** Removes secrets, which the recording does not contain. */
  readonly redactor: Redactor
  #divergence: Divergence | undefined
  #controller = new AbortController()
  #run = -1
  #turn = -1
  #now = 0

  constructor({ recording, clock, paced, redactor }: ReplaySetup) {
    this.recording = recording
    this.clock = clock
    this.paced = paced
    this.redactor = redactor
    this.model = playedModel(recording.header, (asked) => this.#answer(asked))
  }

  /** The divergence of the run from the recording, if any. */
  get divergence(): Divergence | undefined {
    return this.#divergence
  }

  /** Aborts the run at a divergence, and at the point where the recorded run was aborted. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** The current moment of the recording, in milliseconds. */
  get now(): number {
    return this.#now
  }

  /** True if the recorded run was aborted during this turn. */
  isAbortedIn(turn: number): boolean {
    const run = this.#recordedRun
    return run?.end?.status === 'aborted' && turn === run.turns.length - 1
  }

  /** Compares the agent with the recorded agent. */
  checkSetup({ instructions, settings, tools }: AgentSetup): void {
    const { header } = this.recording
    const [was, is] = [definitionsText(header.tools), definitionsText(tools)]
    const line = 1
    if (this.redactor.redact(instructions) !== (header.instructions ?? '')) {
      this.diverge({ what: 'other instructions', line, expected: header.instructions ?? '', actual: instructions })
    } else if (diffText(settings) !== diffText(header.settings)) {
      this.diverge({ what: 'other settings', line, expected: diffText(header.settings), actual: diffText(settings) })
    } else if (digestsOf(tools) !== digestsOf(header.tools)) {
      this.diverge({ what: changedTools(header.tools, tools), line, expected: was, actual: is })
    }
  }

  /** Begins the next run. */
  beginRun(input: string): void {
    this.#run++
    this.#turn = -1
    this.#controller = new AbortController()
    const run = this.#recordedRun
    const line = run?.line
    if (run === undefined) this.diverge({ what: 'another run', expected: 'no more input', actual: input })
    else if (this.redactor.redact(input) !== run.input)
      this.diverge({ what: 'other input', ...(line !== undefined && { line }), expected: run.input, actual: input })
  }

  /** Ends the run. */
  endRun({ status, text }: AgentResult): void {
    const run = this.#recordedRun
    if (this.#divergence !== undefined || run?.end === undefined) return
    const made = this.#turn + 1
    const { end, turns } = run
    if (made < turns.length) {
      const line = turns[made]?.line
      this.diverge({
        what: 'fewer turns',
        ...(line !== undefined && { line }),
        expected: `${turns.length} turns`,
        actual: `${made} turns, and then the run is ${status}`,
      })
    } else if (status !== end.status) this.diverge({ what: 'another end', expected: end.status, actual: status })
    else if (this.redactor.redact(text) !== end.text)
      this.diverge({ what: 'another answer', expected: end.text, actual: text })
  }

  /** Ends the replay: there are no further runs. */
  endRuns(): void {
    const missing = this.recording.runs[this.#run + 1]
    if (missing === undefined || this.#divergence !== undefined) return
    this.diverge({
      what: 'fewer runs',
      line: missing.line,
      run: this.#run + 1,
      expected: missing.input,
      actual: 'no more input',
    })
  }

  /** The recording of a turn of this run. */
  turn(number: number): RecordedTurn | undefined {
    return this.#recordedRun?.turns[number]
  }

  /** Notes a divergence and ends the run. */
  diverge(divergence: Divergence): DivergenceError {
    this.#divergence ??= { run: Math.max(0, this.#run), ...divergence }
    const error = new DivergenceError(this.#divergence)
    this.#controller.abort(error)
    return error
  }

  /** Ends the run like the recorded run. */
  abort(): void {
    this.#controller.abort(new DOMException('The recorded run was aborted here.', 'AbortError'))
  }

  get #recordedRun(): RecordedRun | undefined {
    return this.recording.runs[this.#run]
  }

  #answer(asked: LanguageModelV4CallOptions): ReadableStream<LanguageModelV4StreamPart> {
    const number = ++this.#turn
    const turn = this.turn(number)
    if (turn === undefined) {
      throw this.diverge({
        what: 'more turns',
        turn: number,
        expected: `${number} turns`,
        actual: `the model is asked again: ${lastWords(asked)}`,
      })
    }
    const digest = requestDigest(asked, this.redactor)
    if (digest !== turn.digest) {
      throw this.diverge({
        what: 'a different request to the model',
        line: turn.line,
        turn: number,
        expected: `the recorded request (${turn.digest})`,
        actual: `${digest}, although input, instructions and tools are the same: a recorded result was changed, or this version of aof builds other requests`,
      })
    }
    const { error, refused } = turn.answered ?? {}
    if (error !== undefined && refused === true) throw replayError(error)
    return this.#play(turn, number)
  }

  #play(turn: RecordedTurn, number: number): ReadableStream<LanguageModelV4StreamPart> {
    const begun = this.clock.now()
    this.#now = begun
    let next = 0
    const until = async (ms: number): Promise<void> => {
      if (this.paced) await this.wait(begun + ms - this.clock.now())
      this.#now = begun + ms
    }
    return new ReadableStream<LanguageModelV4StreamPart>(
      {
        pull: async (controller) => {
          const part = turn.parts[next++]
          if (part !== undefined) {
            await until(part.ms)
            controller.enqueue(part.part)
          } else if (turn.answered === undefined) {
            if (this.isAbortedIn(number) && turn.results.size === 0) this.abort()
            throw new Error('The recorded answer was not read to its end.')
          } else {
            await until(turn.answered.ms)
            if (turn.answered.error !== undefined) throw replayError(turn.answered.error)
            controller.close()
          }
        },
      },
      { highWaterMark: 0 },
    )
  }

  /** Waits for `ms` milliseconds, or until the run is aborted. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this
      if (ms <= 0 || signal.aborted) return resolve()
      const done = (): void => {
        timer.clear()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = this.clock.setTimer(done, ms)
      signal.addEventListener('abort', done)
    })
  }
}

/** The parts of an agent that determine the requests to its model. */
export interface AgentSetup {
  readonly instructions: string
  readonly settings: HeaderLine['settings']
  readonly tools: readonly RecordedTool[]
}

function definitionsText(tools: readonly RecordedTool[]): string {
  return tools.map(({ definition }) => diffText(definition)).join('\n')
}

function digestsOf(tools: readonly RecordedTool[]): string {
  return tools.map(({ name, digest }) => `${name} ${digest}`).join('\n')
}

/** Names the tools whose definitions differ. */
function changedTools(before: readonly RecordedTool[], after: readonly RecordedTool[]): string {
  const names = new Set([...before, ...after].map(({ name }) => name))
  const digestIn = (tools: readonly RecordedTool[], name: string) => tools.find((tool) => tool.name === name)?.digest
  const words = Array.from(names).flatMap((name) => {
    const [was, is] = [digestIn(before, name), digestIn(after, name)]
    if (was === is) return []
    return was === undefined
      ? [`${name} is new`]
      : is === undefined
        ? [`${name} is gone`]
        : [`${name} has a different definition`]
  })
  return `other tools (${words.join(', ')})`
}

function lastWords({ prompt }: LanguageModelV4CallOptions): string {
  const last = prompt.at(-1)
  return last === undefined ? 'with nothing' : `after a message of role ${last.role}`
}
