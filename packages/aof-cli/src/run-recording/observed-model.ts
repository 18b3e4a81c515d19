import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'

/** An observer of one answer of a model. */
export interface AnswerObserver {
  /** Called for each part before it is passed on. */
  part(part: LanguageModelV4StreamPart): void
  /** Called if the request is refused; there is no stream. */
  refused(cause: unknown): void
  /** Called when the stream ends, with or without an error, but not if its reader cancels. */
  ended(error?: { readonly cause: unknown }): void
}

/** Called for each request to the model. */
export type ModelObserver = (asked: LanguageModelV4CallOptions) => AnswerObserver

/**
 * A wrapper of a model that reports its requests and answers. It changes nothing, delays nothing and reads nothing ahead:
 * it passes each part on unchanged, in the same turn of the event loop.
 */
export function observedModel(model: LanguageModelV4, observe: ModelObserver): LanguageModelV4 {
  return {
    specificationVersion: model.specificationVersion,
    provider: model.provider,
    modelId: model.modelId,
    get supportedUrls() {
      return model.supportedUrls
    },
    doGenerate: (options) => model.doGenerate(options),
    doStream: async (options) => {
      const observer = observe(options)
      try {
        const answer = await model.doStream(options)
        return { ...answer, stream: observedStream(answer.stream, observer) }
      } catch (cause) {
        observer.refused(cause)
        throw cause
      }
    },
  }
}

function observedStream(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  observer: AnswerObserver,
): ReadableStream<LanguageModelV4StreamPart> {
  const reader = stream.getReader()
  return new ReadableStream<LanguageModelV4StreamPart>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (done) {
            observer.ended()
            controller.close()
          } else {
            observer.part(value)
            controller.enqueue(value)
          }
        } catch (cause) {
          observer.ended({ cause })
          throw cause
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
