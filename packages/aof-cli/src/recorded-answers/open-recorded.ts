import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { ToolResult } from 'aof-runtime'
import { type Fields, fieldsOf, isPending } from 'aof-runtime/internal/messages'
import { detectDialect, dialectNamed, isWhole } from './detect-dialect.ts'
import type { DialectName, RecordedDialect } from './dialects/dialect.ts'
import { readBody } from './recorded-body.ts'
import type { Framing, RecordedBody } from './recorded-event.ts'
import { recordedModel } from './recorded-model.ts'
import { RecordedAnswerError } from './recorded-answer-error.ts'
import type { BeforeEvent } from './wire.ts'

/** Options of {@link openRecorded}. */
export interface OpenRecordedOptions {
  /** One of the {@link DialectName}s. @default detected from the body */
  readonly dialect?: string | undefined
  /** Called before the provider gets each event of a stream; the provider waits for it. */
  readonly beforeEvent?: BeforeEvent | undefined
}

/** A recorded answer, ready for replay. */
export interface RecordedAnswer {
  readonly dialect: DialectName
  readonly framing: Framing
  /** True if it was recorded as a stream of events; false for a whole answer. */
  readonly streamed: boolean
  /** Number of events; 1 for a whole answer. */
  readonly events: number
  /** True if it has calls that the application answers in a special form, e.g. of a shell; they stay unchanged. */
  readonly leavesCalls: boolean
  /** Its `doStream` gives the answer from the beginning, whatever the request. */
  readonly model: LanguageModelV4
  /** The results of the answer's calls as the next messages of a request to the provider, in call order. */
  readonly results: (results: readonly ToolResult[]) => object[]
}

/**
 * Opens a model's recorded answer: the body of an HTTP answer, whole or as a raw stream, in any of the dialects of
 * {@link DialectName}. The AI SDK's own provider reads it, through a `fetch` that replays the body; the provider's
 * package is loaded here.
 *
 * @param body text; bytes; or the base64 text of the bytes of an AWS event stream
 * @throws RecordedAnswerError if the body cannot be read, or not with the installed packages. Whether the provider accepts
 *   the answer is known only when the model is asked.
 */
export async function openRecorded(
  given: string | Uint8Array,
  options: OpenRecordedOptions = {},
): Promise<RecordedAnswer> {
  const body = readBody(given)
  const dialect = options.dialect === undefined ? detectDialect(body) : dialectNamed(options.dialect)
  const streamed = !isWhole(dialect, body)
  if (!streamed && isPending(body.events[0]?.value))
    throw new RecordedAnswerError(
      'unread',
      'This is not an answer yet: its status is queued or in progress. Retrieve it again later, and record that.',
    )
  const makeModel = await dialect.provider.load()
  return {
    dialect: dialect.name,
    framing: body.framing,
    streamed,
    events: body.events.length,
    leavesCalls: body.events.some(({ value }) => dialect.isLeftToApplication?.(fieldsOf(value)) === true),
    model: recordedModel({ dialect, body, streamed, makeModel, beforeEvent: options.beforeEvent }),
    results: (results) => dialect.results(results, blocksOf(results, dialect, body)),
  }
}

/** The provider's own object for the call of each result; undefined if one is missing. */
function blocksOf(
  results: readonly ToolResult[],
  { callBlocks }: RecordedDialect,
  body: RecordedBody,
): Fields[] | undefined {
  if (callBlocks === undefined) return undefined
  const left = body.events.flatMap(({ value }) => callBlocks(fieldsOf(value))).map(fieldsOf)
  const found = [...results]
    .sort((a, b) => a.index - b.index)
    .map(({ id, name }) => take(left, (block) => (block.call_id ?? block.id) === id && block.name === name))
  return found.every((block) => block !== undefined) ? found : undefined
}

function take<T>(from: T[], wanted: (element: T) => boolean): T | undefined {
  const place = from.findIndex(wanted)
  return place === -1 ? undefined : from.splice(place, 1)[0]
}
