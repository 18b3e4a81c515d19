import { defined } from '../agent-file/defined.ts'
import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { isKnownEnd } from 'aof-runtime/internal/messages'
import { generatedParts } from './generated-parts.ts'
import type { RecordedDialect } from './dialects/dialect.ts'
import { unwrapped } from './odd-calls.ts'
import { MODEL_ID, type ModelMaker } from './provider-package.ts'
import { RecordedAnswerError } from './recorded-answer-error.ts'
import type { RecordedBody } from './recorded-event.ts'
import { withStandIns } from './stand-in-ids.ts'
import { type BeforeEvent, replayFetch, sendStream, sendWhole } from './wire.ts'

/** The content that a model replays. */
export interface Recording {
  readonly dialect: RecordedDialect
  readonly body: RecordedBody
  readonly streamed: boolean
  readonly makeModel: ModelMaker
  readonly beforeEvent?: BeforeEvent | undefined
}

/**
 * A model that gives a recorded answer for each request: as the parts of the AI SDK's own provider, whether it was
 * recorded as a stream or whole. The request does not matter, except `abortSignal` and `includeRawChunks`.
 */
export function recordedModel(recording: Recording): LanguageModelV4 {
  const { dialect } = recording
  return {
    specificationVersion: 'v4',
    provider: `recorded.${dialect.name}`,
    modelId: MODEL_ID,
    supportedUrls: {},
    doStream: async (options) => {
      const { parts, broken } = await partsOf(recording, options)
      return { stream: replayed(parts, recording, { signal: options.abortSignal, broken }) }
    },
    doGenerate: async () => {
      throw new TypeError(
        'A recorded answer is read as a stream of parts, even if it was recorded whole: use doStream.',
      )
    },
  }
}

type Parts = ReadableStream<LanguageModelV4StreamPart>

async function partsOf(
  { dialect, body, streamed, makeModel, beforeEvent }: Recording,
  asked: LanguageModelV4CallOptions,
): Promise<{ readonly parts: Parts; readonly broken: Error | undefined }> {
  const options: LanguageModelV4CallOptions = {
    // Anthropic's provider warns if it must choose a token limit for an unknown model.
    maxOutputTokens: 4096,
    prompt: [{ role: 'user', content: [{ type: 'text', text: 'recorded' }] }],
    ...defined({ abortSignal: asked.abortSignal, includeRawChunks: asked.includeRawChunks }),
  }
  try {
    const sent = streamed ? sendStream(body, dialect) : sendWhole(body, dialect)
    const model = makeModel(replayFetch(sent, beforeEvent))
    const parts = streamed
      ? (await model.doStream(options)).stream
      : streamOf(generatedParts(await model.doGenerate(options), options.includeRawChunks))
    return { parts, broken: sent.broken }
  } catch (error) {
    throw unread(dialect, error, asked.abortSignal)
  }
}

/**
 * The parts of the provider, with stand-ins for missing ids. If the stream breaks, the error has the reason.
 *
 * @param given.broken the reason why the stream ends before the recording; it comes last, in place of an end
 */
function replayed(
  parts: Parts,
  { body, dialect }: Recording,
  { signal, broken }: { readonly signal: AbortSignal | undefined; readonly broken: Error | undefined },
): Parts {
  const reader = parts.getReader()
  const standIn = withStandIns(body)
  const reason = dialect.endReason?.(body)
  const amended = (part: LanguageModelV4StreamPart): LanguageModelV4StreamPart => asRecorded(standIn(part), reason)
  return new ReadableStream<LanguageModelV4StreamPart>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          const isEnd = done || value.type === 'finish'
          if (isEnd && broken !== undefined) throw broken
          if (done) controller.close()
          else controller.enqueue(amended(value))
        } catch (error) {
          controller.error(unread(dialect, error, signal))
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

/** A part with facts of the recording that the client drops: the arguments of an odd call, and the end reason. */
function asRecorded(part: LanguageModelV4StreamPart, reason: string | undefined): LanguageModelV4StreamPart {
  if (part.type === 'tool-call') return { ...part, input: unwrapped(part.input) }
  if (part.type !== 'finish' || reason === undefined) return part
  const unified = isKnownEnd(reason) ? part.finishReason.unified : 'other'
  return { ...part, finishReason: { unified, raw: reason } }
}

/** Providers wrap errors in connection errors; the innermost cause names the problem of the body. */
function unread({ provider, title }: RecordedDialect, error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return error
  let reason = error
  while (reason instanceof Error && reason.cause instanceof Error) reason = reason.cause
  const said = reason instanceof Error ? reason.message : String(reason)
  return new RecordedAnswerError('unread', `${provider.name} cannot read the body as an answer of ${title}: ${said}`, {
    cause: error,
  })
}

function streamOf(parts: readonly LanguageModelV4StreamPart[]): Parts {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part)
      controller.close()
    },
  })
}
