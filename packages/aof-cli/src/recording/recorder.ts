import { closeSync, openSync, writeSync } from 'node:fs'
import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { Clock, ToolEvent } from 'aof-runtime'
import type { AgentResult } from 'aof-runtime/agent'
import { saysSomething } from 'aof-runtime/agent/internal'
import { thrownMessage } from 'aof-runtime/internal'
import { CliError, systemMessage } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { requestDigest } from './digest.ts'
import { encodeJson } from './json-codec.ts'
import type { CallObserver } from './observed-executor.ts'
import type { AnswerObserver } from './observed-model.ts'
import type { Redactor } from './redact.ts'
import { RedactedParts } from './redacted-parts.ts'
import { type HeaderLine, RECORDING_VERSION, type RecordedError, type RecordingLine } from './recording-format.ts'

/** What a recorder is made with. */
export interface RecorderSetup {
  readonly file: string
  readonly clock: Clock
  /** Takes secrets out of all that is written. */
  readonly redactor: Redactor
}

/**
 * Writes a recording while it happens.
 *
 * Duty: each line is in the file when the method that made it returns, so that a run that dies leaves what it had.
 * Boundary: nothing that goes wrong here reaches the run; see {@link Recorder.failure}.
 * 1. The file is new, and nobody but its owner may read it.
 * 2. No context, no environment, no header of a request is in it; secrets of the environment are taken out (I35).
 */
export class Recorder implements CallObserver {
  readonly #setup: RecorderSetup
  readonly #fd: number
  readonly #arguments = new Map<string, string>()
  /** Writes what of the answer that is being read has not been written yet. */
  #endAnswer: () => void = () => {}
  #run = -1
  #turn = -1
  /** Whether the model has begun to answer, so that it is not asked for this turn again. */
  #saidSomething = true
  #closed = false
  #failure: { readonly error: unknown } | undefined

  /** @throws CliError where the file is there already, or cannot be written */
  constructor(setup: RecorderSetup, header: Omit<HeaderLine, 'type' | 'version'>) {
    this.#setup = setup
    this.#fd = openNew(setup.file)
    this.#write({ type: 'recording', version: RECORDING_VERSION, ...header })
  }

  /** Why the recording is not whole, if it is not. */
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

  /** The model is asked for the next turn of the run, or for the same one again where it said nothing. */
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
        // What the provider sent, as it came: it is in the other parts, read.
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
          ...(error !== undefined && { error: recordedError(error.cause) }),
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
    this.#write({
      type: 'result',
      run: this.#run,
      turn,
      ...(written !== undefined && { arguments: written }),
      result,
    })
  }

  endRun({ status, text }: AgentResult): void {
    // An answer that nobody read to its end.
    this.#endAnswer()
    this.#endAnswer = () => {}
    this.#write({ type: 'run_end', run: this.#run, status, text })
  }

  /** The recording is whole. Again: does nothing. */
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
      throw new CliError(EXIT.file, `${file} is there already, and a recording is never overwritten`, { fix })
    }
    throw new CliError(EXIT.file, `cannot write the recording ${file}: ${systemMessage(error)}`, { cause: error })
  }
}

/** A file system may take less than it is given. */
function writeWhole(fd: number, text: string): void {
  const bytes = new TextEncoder().encode(text)
  for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written)
}

function recordedError(cause: unknown): RecordedError {
  return { name: cause instanceof Error ? cause.name : 'Error', message: thrownMessage(cause) }
}
