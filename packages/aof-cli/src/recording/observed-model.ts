import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'

/** What is told of one answer of a model. */
export interface AnswerObserver {
  /** A part has come; it has not been handed on yet. */
  part(part: LanguageModelV4StreamPart): void
  /** The request was refused: there will be no stream. */
  refused(cause: unknown): void
  /** The stream has ended, by itself or by an error. Not told where the reader left. */
  ended(error?: { readonly cause: unknown }): void
}

/** Called whenever the model is asked. */
export type ModelObserver = (asked: LanguageModelV4CallOptions) => AnswerObserver

/**
 * A model that is the one given, and tells of what it is asked and what it answers. It changes nothing, keeps nothing
 * back and reads nothing ahead: a part is handed on as it is, in the same turn of the event loop.
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
