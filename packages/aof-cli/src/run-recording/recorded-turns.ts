import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider'
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
  return {
    specificationVersion: 'v4',
    provider: header.model.provider,
    modelId: header.model.id,
    supportedUrls: {},
    doStream: async () => {
      const turn = turns[next++]
      const { error, refused } = turn?.answered ?? {}
      if (error !== undefined && refused === true) throw replayError(error)
      if (turn !== undefined) return { stream: streamOf(turn) }
      throw new Error(`The recording ${file} has ${turns.length} turns, and the model was asked for turn ${next}.`)
    },
    doGenerate: () => Promise.reject(new TypeError('A recording is played as a stream: use doStream.')),
  }
}

function streamOf({ parts, answered }: RecordedTurn): ReadableStream<LanguageModelV4StreamPart> {
  let next = 0
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
