import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { generatedParts } from './generated-parts.ts'
import type { RecordedDialect } from './dialects/index.ts'
import { MODEL_ID, type ModelMaker } from './provider-package.ts'
import { RecordedAnswerError } from './recorded-answer-error.ts'
import type { RecordedBody } from './recorded-body.ts'
import { type BeforeEvent, replayFetch } from './replay-fetch.ts'
import { withStandIns } from './stand-in-ids.ts'
import { sendStream, sendWhole } from './wire.ts'

/** What a model replays. */
export interface Recording {
  readonly dialect: RecordedDialect
  readonly body: RecordedBody
  readonly streamed: boolean
  readonly makeModel: ModelMaker
  readonly beforeEvent?: BeforeEvent | undefined
}

/**
 * A model that gives a recorded answer, read by the AI SDK's own provider, each time that it is asked: as the provider's
 * parts, whether it was recorded as a stream or whole. What it is asked does not matter, but for `abortSignal` and
 * `includeRawChunks`.
 */
export function recordedModel(recording: Recording): LanguageModelV4 {
  const { dialect } = recording
  return {
    specificationVersion: 'v4',
    provider: `recorded.${dialect.name}`,
    modelId: MODEL_ID,
    supportedUrls: {},
    doStream: async (options) => ({
      stream: (await partsOf(recording, options)).pipeThrough(standIns(recording.body)),
    }),
    doGenerate: async () => {
      throw new TypeError(
        'A recorded answer is read as a stream of parts, also one that was recorded whole: use doStream.',
      )
    },
  }
}

type Parts = ReadableStream<LanguageModelV4StreamPart>

async function partsOf(
  { dialect, body, streamed, makeModel, beforeEvent }: Recording,
  asked: LanguageModelV4CallOptions,
): Promise<Parts> {
  const options: LanguageModelV4CallOptions = {
    // The provider of Anthropic warns where it has to choose a limit for a model that it does not know.
    maxOutputTokens: 4096,
    prompt: [{ role: 'user', content: [{ type: 'text', text: 'recorded' }] }],
    ...(asked.abortSignal !== undefined && { abortSignal: asked.abortSignal }),
    ...(asked.includeRawChunks !== undefined && { includeRawChunks: asked.includeRawChunks }),
  }
  try {
    const amend = dialect.amend ?? (() => undefined)
    const sent = streamed ? sendStream(body, dialect.wire, amend) : sendWhole(body, amend)
    const model = makeModel(replayFetch(sent, beforeEvent))
    if (streamed) return (await model.doStream(options)).stream
    return streamOf(generatedParts(await model.doGenerate(options), dialect.wholeArguments))
  } catch (error) {
    if (asked.abortSignal?.aborted === true) throw error
    throw new RecordedAnswerError(
      'unread',
      `${dialect.provider.name} cannot read the body as an answer of ${dialect.title}: ${reasonOf(error)}`,
      { cause: error },
    )
  }
}

function streamOf(parts: readonly LanguageModelV4StreamPart[]): Parts {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part)
      controller.close()
    },
  })
}

/** The innermost reason, which names what is wrong with the body. */
function reasonOf(error: unknown): string {
  let reason = error
  while (reason instanceof Error && reason.cause instanceof Error) reason = reason.cause
  return reason instanceof Error ? reason.message : String(reason)
}

function standIns(body: RecordedBody): TransformStream<LanguageModelV4StreamPart, LanguageModelV4StreamPart> {
  const standIn = withStandIns(body)
  return new TransformStream({ transform: (part, controller) => controller.enqueue(standIn(part)) })
}
