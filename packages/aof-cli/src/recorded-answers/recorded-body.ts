import { isEventStream, readEventStream } from './aws-event-stream.ts'
import { RecordedAnswerError } from './recorded-answer-error.ts'
import { parsedJson } from '../text.ts'
import type { RecordedBody, RecordedEvent } from './recorded-event.ts'
import { isServerSentEvents, readServerSentEvents } from './server-sent-events.ts'

/**
 * Splits a body into events. Only the frames are read here; the provider interprets the events.
 *
 * @param body text; bytes; or the base64 text of the bytes of an AWS event stream
 * @throws RecordedAnswerError `unreadable`
 */
export function readBody(body: string | Uint8Array): RecordedBody {
  if (typeof body !== 'string') return isEventStream(body) ? readEventStream(body) : readText(decode(body))
  return readText(body)
}

function readText(withMark: string): RecordedBody {
  const text = withMark.replace(/^\uFEFF/, '')
  if (text.trim() === '') throw unreadable('It is empty.')
  if (isServerSentEvents(text)) return { framing: 'sse', events: readServerSentEvents(text) }
  if (/^\s*[[{]/.test(text)) return readJson(text)
  const bytes = /^[A-Za-z0-9+/\s]+=*\s*$/.test(text) ? Buffer.from(text, 'base64') : undefined
  if (bytes !== undefined && isEventStream(bytes)) return readEventStream(bytes)
  throw unreadable(`It begins with ${JSON.stringify(text.trimStart().slice(0, 40))}.`)
}

function readJson(text: string): RecordedBody {
  try {
    const value: unknown = JSON.parse(text)
    if (Array.isArray(value))
      return { framing: 'json-array', events: value.map((element) => ofText(JSON.stringify(element))) }
    return { framing: 'json', events: [{ bytes: encode(text), text, value }] }
  } catch (error) {
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
    if (lines.length > 1 && lines.every((line) => line.startsWith('{')))
      return { framing: 'ndjson', events: lines.map(ofText) }
    throw unreadable(`It begins like JSON, but: ${(error as Error).message}.`, error)
  }
}

function ofText(text: string): RecordedEvent {
  return { bytes: encode(`${text}\n`), text, value: parsedJson(text) }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw unreadable('It is not text in UTF-8, nor an AWS event stream.', error)
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function unreadable(found: string, cause?: unknown): RecordedAnswerError {
  return new RecordedAnswerError(
    'unreadable',
    `This is not an answer as a provider sends it. ${found} Expected the body of an HTTP answer: a JSON document, server-sent events, JSON lines, or an AWS event stream (its bytes, or those in base64).`,
    cause === undefined ? undefined : { cause },
  )
}
