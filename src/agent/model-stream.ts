import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { untilAborted } from './until-aborted.ts'

/** What broke a stream. */
export interface Broken {
  readonly cause: unknown
}

/** The answer of a model, as it comes. */
export type ModelStream = ReadableStreamDefaultReader<LanguageModelV4StreamPart>

/**
 * Asks the model. A model that ignores its signal holds nothing: after an abort this rejects at once, and a stream that
 * comes later is cancelled.
 */
export async function openStream(
  model: LanguageModelV4,
  request: LanguageModelV4CallOptions,
  signal: AbortSignal,
): Promise<ModelStream> {
  const asked = ask(model, request)
  try {
    return await untilAborted(asked, signal)
  } catch (thrown) {
    asked.then((stream) => stream.cancel(thrown)).catch(() => undefined)
    throw thrown
  }
}

async function ask(model: LanguageModelV4, request: LanguageModelV4CallOptions): Promise<ModelStream> {
  const { stream } = await model.doStream(request)
  return stream.getReader()
}

/**
 * Gives each part of a stream to `take`, until the stream ends, breaks, or the signal aborts.
 *
 * @returns what broke it, if something did
 */
export async function readStream(
  stream: ModelStream,
  take: (part: LanguageModelV4StreamPart) => void,
  signal: AbortSignal,
): Promise<Broken | undefined> {
  // Some streams ignore their signal; one that was cancelled ends for sure.
  const cancel = (reason: unknown): void => void stream.cancel(reason).catch(() => undefined)
  const onAbort = (): void => cancel(signal.reason)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort)
  try {
    for (;;) {
      const { done, value } = await stream.read()
      if (done) return signal.aborted ? { cause: signal.reason } : undefined
      take(value)
    }
  } catch (cause) {
    cancel(cause)
    return { cause }
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/**
 * What broke a stream that ended as if all were well: it may end before the model had ended.
 *
 * @param finishReason why the model stopped; undefined where it never said so
 */
export function cutOff(finishReason: string | undefined): Broken | undefined {
  if (finishReason === undefined || finishReason === 'interrupted')
    return { cause: new Error('the stream ended before the model did') }
  return finishReason === 'error' ? { cause: new Error('the provider reported an error') } : undefined
}
