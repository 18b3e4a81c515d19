import { chunkFrame, eventFrames } from './aws-event-stream.ts'
import type { Framing, RecordedBody, RecordedEvent } from './recorded-body.ts'
import { serverSentEvent } from './server-sent-events.ts'

/** A framing that a provider's client can read a stream in. */
export type Wire = Extract<Framing, 'sse' | 'ndjson' | 'aws-events' | 'aws-chunks'>

/** What a client is sent, with the content type that it looks for. */
export interface Sent {
  readonly contentType: string
  /** The bytes of each event. */
  readonly events: readonly Uint8Array[]
}

interface WireFormat {
  readonly contentType: string
  readonly encode: (text: string, value: unknown) => Uint8Array
}

const FORMATS: Readonly<Record<Wire, WireFormat>> = {
  sse: { contentType: 'text/event-stream', encode: serverSentEvent },
  ndjson: { contentType: 'application/x-ndjson', encode: (text) => new TextEncoder().encode(`${text}\n`) },
  'aws-events': { contentType: 'application/vnd.amazon.eventstream', encode: eventFrames },
  'aws-chunks': { contentType: 'application/vnd.amazon.eventstream', encode: chunkFrame },
}

/** A whole answer, to be sent as one document. */
export function sendWhole({ events }: RecordedBody, amend: Amend): Sent {
  return { contentType: 'application/json', events: events.map((event) => amended(event, amend)?.bytes ?? event.bytes) }
}

/** A stream, event by event, as it was recorded where it was recorded in this framing. */
export function sendStream({ framing, events }: RecordedBody, wire: Wire, amend: Amend): Sent {
  const { contentType, encode } = FORMATS[wire]
  const send = (event: RecordedEvent): Uint8Array => {
    const changed = amended(event, amend)
    if (changed === undefined && framing === wire) return event.bytes
    const { text, value } = changed ?? event
    return text === '' ? new Uint8Array() : encode(text, value)
  }
  return { contentType, events: events.map(send) }
}

/** Says an event otherwise, so that the provider's client can read it; undefined where it can as it is. */
export type Amend = (value: unknown) => object | undefined

function amended({ value }: RecordedEvent, amend: Amend): RecordedEvent | undefined {
  const changed = amend(value)
  if (changed === undefined) return undefined
  const text = JSON.stringify(changed)
  return { bytes: new TextEncoder().encode(text), text, value: changed }
}
