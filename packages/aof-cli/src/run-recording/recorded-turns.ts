import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { RecordedError } from './recording-format.ts'
import type { RecordedTurn, Recording } from './recording.ts'

/**
 * A model that plays the recorded turns one after the other, whatever the requests, as fast as they are read. A request
 * after the last turn rejects with an error.
 */
export function recordedTurnsModel({ file, header, runs }: Recording): LanguageModelV4 {
  // A turn that was not read to its end cannot be played.
  const turns = runs.flatMap((run) => run.turns).filter(({ answered }) => answered !== undefined)
  let next = 0
  return playedModel(header, () => {
    const turn = turns[next++]
    if (turn !== undefined) return streamOf(turn)
    throw new Error(`The recording ${file} has ${turns.length} turns, and the model was asked for turn ${next}.`)
  })
}

/** A model with the recorded names, whose answers are streams alone. */
export function playedModel(
  { model }: Recording['header'],
  answer: (asked: LanguageModelV4CallOptions) => ReadableStream<LanguageModelV4StreamPart>,
): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: model.provider,
    modelId: model.id,
    supportedUrls: {},
    doStream: async (asked) => ({ stream: answer(asked) }),
    doGenerate: () => Promise.reject(new TypeError('A recording is played as a stream: use doStream.')),
  }
}

function streamOf({ parts, answered }: RecordedTurn): ReadableStream<LanguageModelV4StreamPart> {
  let next = 0
  if (answered?.error !== undefined && answered.refused === true) throw replayError(answered.error)
  return new ReadableStream<LanguageModelV4StreamPart>(
    {
      pull: (controller) => {
        const part = parts[next++]
        if (part !== undefined) controller.enqueue(part.part)
        else if (answered?.error !== undefined) controller.error(replayError(answered.error))
        else controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}

/** The recorded name and message of the error that broke a stream. */
export function replayError({ name, message }: RecordedError): Error {
  const error = new Error(message)
  error.name = name
  return error
}
