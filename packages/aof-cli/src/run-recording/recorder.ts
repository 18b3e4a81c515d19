import { defined } from '../agent-file/defined.ts'
import { closeSync, openSync, writeSync } from 'node:fs'
import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { Clock, ToolEvent } from 'aof-runtime'
import type { AgentResult } from 'aof-runtime/agent'
import { saysSomething } from 'aof-runtime/internal/agent'
import { thrownMessage } from 'aof-runtime/internal/values'
import { CliError, systemMessage } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { requestDigest } from './digest.ts'
import { encodeJson } from './json-codec.ts'
import type { CallObserver } from './observed-executor.ts'
import type { AnswerObserver } from './observed-model.ts'
import type { Redactor } from './redact.ts'
import { RedactedParts } from './redacted-parts.ts'
import { type HeaderLine, RECORDING_VERSION, type RecordedError, type RecordingLine } from './recording-format.ts'

/** Options of a recorder. */
export interface RecorderSetup {
  readonly file: string
  readonly clock: Clock
  /** Removes secrets from all output. */
  readonly redactor: Redactor
}

/**
 * Writes a recording during a run.
 *
 * Duty: each line is in the file when its method returns, so a run that dies leaves everything up to then.
 * Boundary: an error here never reaches the run; see {@link Recorder.failure}.
 * 1. The file is new, and only its owner may read it.
 * 2. It contains no context, no environment and no request headers; secrets of the environment are removed (I35).
 */
export class Recorder implements CallObserver {
  readonly #setup: RecorderSetup
  readonly #fd: number
  readonly #arguments = new Map<string, string>()
  /** Writes the pending parts of the current answer. */
  #endAnswer: () => void = () => {}
  #run = -1
  #turn = -1
  /** True once the model has begun to answer, so that it is not asked for this turn again. */
  #saidSomething = true
  #closed = false
  #failure: { readonly error: unknown } | undefined

  /** @throws CliError if the file exists, or cannot be written */
  constructor(setup: RecorderSetup, header: Omit<HeaderLine, 'type' | 'version'>) {
    this.#setup = setup
    this.#fd = openNew(setup.file)
    this.#write({ type: 'recording', version: RECORDING_VERSION, ...header })
  }

  /** The reason why the recording is incomplete, if it is. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure
  }

  beginRun(input: string): void {
    this.#run++
    this.#turn = -1
    this.#saidSomething = true
    this.#arguments.clear()
    this.#write({ type: 'run', run: this.#run, input })
  }

  /** Records a request for the next turn of the run, or for the same turn if the model had given nothing. */
  asked(options: LanguageModelV4CallOptions): AnswerObserver {
    const { clock, redactor } = this.#setup
    if (this.#saidSomething) this.#turn++
    this.#saidSomething = false
    const place = { run: this.#run, turn: this.#turn }
    const askedAt = clock.now()
    const elapsed = (): number => Math.round((clock.now() - askedAt) * 1_000) / 1_000
    this.#write({ type: 'asked', ...place, digest: requestDigest(options, redactor) })
    const parts = new RedactedParts(redactor)
    const writeParts = (some: readonly LanguageModelV4StreamPart[]): void => {
      for (const part of some) this.#write({ type: 'part', ...place, ms: elapsed(), part })
    }
    this.#endAnswer = () => writeParts(parts.end())
    return {
      part: (part) => {
        // The provider's raw events are left out, because the other parts have their content.
        if (part.type !== 'raw') writeParts(parts.take(part))
        this.#saidSomething ||= saysSomething(part)
      },
      refused: (cause) =>
        this.#write({ type: 'answered', ...place, ms: elapsed(), error: recordedError(cause), refused: true }),
      ended: (error) => {
        this.#endAnswer()
        this.#write({
          type: 'answered',
          ...place,
          ms: elapsed(),
          ...defined({ error: error && recordedError(error.cause) }),
        })
        this.#endAnswer = () => {}
      },
    }
  }

  arguments(turn: number, index: number, written: string): void {
    this.#arguments.set(`${turn}/${index}`, written)
  }

  event(event: ToolEvent): void {
    if (event.type !== 'settled') return
    const { turn, index, result } = event
    const written = this.#arguments.get(`${turn}/${index}`)
    this.#write({ type: 'result', run: this.#run, turn, ...defined({ arguments: written, result }) })
  }

  endRun({ status, text }: AgentResult): void {
    // The answer was not read to its end.
    this.#endAnswer()
    this.#endAnswer = () => {}
    this.#write({ type: 'run_end', run: this.#run, status, text })
  }

  /** Completes the recording. Further calls do nothing. */
  close(): void {
    if (this.#closed) return
    this.#write({ type: 'end' })
    this.#closed = true
    closeSync(this.#fd)
  }

  #write(line: RecordingLine): void {
    if (this.#failure !== undefined || this.#closed) return
    try {
      writeWhole(this.#fd, `${encodeJson(line, (text) => this.#setup.redactor.redact(text))}\n`)
    } catch (error) {
      this.#failure = { error }
    }
  }
}

function openNew(file: string): number {
  try {
    return openSync(file, 'wx', 0o600)
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    if (exists) {
      const fix = 'choose another name, or remove it first'
      throw new CliError(EXIT.file, `${file} exists already, and a recording is never overwritten`, { fix })
    }
    throw new CliError(EXIT.file, `cannot write the recording ${file}: ${systemMessage(error)}`, { cause: error })
  }
}

/** A file system may write less than requested. */
function writeWhole(fd: number, text: string): void {
  const bytes = new TextEncoder().encode(text)
  for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written)
}

function recordedError(cause: unknown): RecordedError {
  return { name: cause instanceof Error ? cause.name : 'Error', message: thrownMessage(cause) }
}
