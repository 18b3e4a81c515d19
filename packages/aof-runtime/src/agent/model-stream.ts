import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { Clock } from '../core/host/clock.ts'
import type { TurnEnd } from '../core/contract/turn-end.ts'
import { type IdleWatch, ModelIdle, watchIdle } from './idle-watch.ts'
import { untilAborted } from './until-aborted.ts'

/** The error that broke a stream. */
export interface Broken {
  readonly cause: unknown
}

/** Settings for reading an answer. */
export interface Reading {
  readonly signal: AbortSignal
  readonly clock: Clock
  /** The longest time without a part, in milliseconds. */
  readonly idleMs: number
}

/**
 * The answer of a model, as it arrives.
 *
 * 1. A model that ignores its signal delays nothing: after an abort, and after too long without a part, reading ends at
 *    once and the stream is cancelled.
 * 2. After its end, normal or not, it leaves no timer and no listener behind.
 */
export class ModelStream {
  readonly #reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart>
  readonly #watch: Watch

  private constructor(reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart>, watch: Watch) {
    this.#reader = reader
    this.#watch = watch
    watch.onAbort = (reason) => this.cancel(reason)
  }

  /**
   * Sends the request to the model.
   *
   * @throws the error of `doStream`; the signal's reason after an abort; {@link ModelIdle} if no answer begins
   */
  static async open(
    model: LanguageModelV4,
    request: LanguageModelV4CallOptions,
    reading: Reading,
  ): Promise<ModelStream> {
    const watch = new Watch(reading)
    const ask = async () => (await model.doStream({ ...request, abortSignal: watch.signal })).stream.getReader()
    const asked = ask()
    try {
      return new ModelStream(await untilAborted(asked, watch.signal), watch)
    } catch (thrown) {
      watch.stop()
      asked.then((reader) => reader.cancel(thrown)).catch(() => undefined)
      throw thrown
    }
  }

  /**
   * Passes each next part to `take`, until that returns true or the stream ends.
   *
   * @returns whether `take` returned true
   * @throws the error of the stream or of `take`: then nothing more is read
   */
  async readUntil(take: (part: LanguageModelV4StreamPart) => boolean): Promise<boolean> {
    const { signal, idle } = this.#watch
    try {
      for (let read = await this.#reader.read(); !read.done; read = await this.#reader.read()) {
        // Raw parts include the provider's keep-alive messages, which are not output of the model.
        if (read.value.type !== 'raw') idle?.touch()
        if (take(read.value)) return true
      }
    } catch (thrown) {
      this.cancel(thrown)
      throw signal.aborted ? signal.reason : thrown
    }
    this.#watch.stop()
    if (signal.aborted) throw signal.reason
    return false
  }

  /** Stops reading and cancels the stream. */
  cancel(reason: unknown): void {
    this.#watch.stop()
    this.#reader.cancel(reason).catch(() => undefined)
  }
}

/** Ends the reading of one answer: with the run, or after too long without a part. */
class Watch {
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal
  readonly idle: IdleWatch | undefined
  onAbort: ((reason: unknown) => void) | undefined

  constructor({ signal, clock, idleMs }: Reading) {
    this.#outer = signal
    if (idleMs < Infinity) this.idle = watchIdle(clock, idleMs, () => this.#abort(new ModelIdle(idleMs)))
    if (signal.aborted) this.#forward()
    else signal.addEventListener('abort', this.#forward)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  stop(): void {
    this.idle?.stop()
    this.#outer.removeEventListener('abort', this.#forward)
  }

  readonly #forward = (): void => this.#abort(this.#outer.reason)

  #abort(reason: unknown): void {
    this.#controller.abort(reason)
    this.onAbort?.(reason)
  }
}

/**
 * Passes each part of a stream to `take`, until the stream ends, breaks, or the signal aborts.
 *
 * @param first parts that were read before
 * @returns the error that broke the stream, if any
 */
export async function readStream(
  stream: ModelStream,
  take: (part: LanguageModelV4StreamPart) => void,
  first: readonly LanguageModelV4StreamPart[] = [],
): Promise<Broken | undefined> {
  try {
    for (const part of first) take(part)
    await stream.readUntil((part) => {
      take(part)
      return false
    })
    return undefined
  } catch (cause) {
    stream.cancel(cause)
    return { cause }
  }
}

/**
 * The error of a stream that seemed to end normally, but possibly before the model's own end.
 *
 * @param end how the turn ended; undefined if the model never reported an end
 */
export function cutOff(end: TurnEnd | undefined): Broken | undefined {
  if (end === undefined || end.reason === 'interrupted') return endedEarly()
  if (end.reason !== 'error') return undefined
  const { what = 'the provider reported an error' } = end
  return { cause: new Error(`${what.charAt(0).toLowerCase()}${what.slice(1)}`) }
}

/** The error of a stream in which the model never reported an end. */
export function endedEarly(): Broken {
  return { cause: new Error('the stream ended before the model had finished') }
}
