import { chunkFrame, eventFrames } from './aws-event-stream.ts'
import type { Framing, RecordedBody, RecordedEvent } from './recorded-event.ts'
import { serverSentEvent } from './server-sent-events.ts'

/** A stream framing that a provider's client can read. */
export type Wire = Extract<Framing, 'sse' | 'ndjson' | 'aws-events' | 'aws-chunks'>

/** The response for a client, with the content type that it expects. */
export interface Sent {
  readonly contentType: string
  /** The bytes of each event, up to the first unusable event. */
  readonly events: readonly Uint8Array[]
  /** The reason why the stream ends before the recording, if an event is unusable. */
  readonly broken?: Error | undefined
}

/** The parts of a dialect that determine the response. */
export interface WireRules {
  /** The framing that the provider's client reads. */
  readonly wire: Wire
  /** Rewrites a whole answer or an event that the client could not read; absent if it can always read them. */
  readonly amend?: (value: unknown) => object | undefined
  /** The reason why an event is unusable, if the client would silently skip it; absent if it never does. */
  readonly unusable?: (event: RecordedEvent) => string | undefined
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

/** A whole answer, sent as one document. */
export function sendWhole({ events }: RecordedBody, rules: WireRules): Sent {
  return { contentType: 'application/json', events: events.map((event) => amended(event, rules)?.bytes ?? event.bytes) }
}

/** A stream, event by event; unchanged if it was recorded in the client's framing. */
export function sendStream({ framing, events }: RecordedBody, rules: WireRules): Sent {
  const { contentType, encode } = FORMATS[rules.wire]
  const problems = events.map((event) => rules.unusable?.(event))
  const at = problems.findIndex((problem) => problem !== undefined)
  const send = (event: RecordedEvent): Uint8Array => {
    const changed = amended(event, rules)
    if (changed === undefined && framing === rules.wire) return event.bytes
    const { text, value } = changed ?? event
    return text === '' ? new Uint8Array() : encode(text, value)
  }
  if (at === -1) return { contentType, events: events.map(send) }
  const broken = new Error(`Event ${at + 1} of ${events.length} ${problems[at] ?? ''}.`)
  return { contentType, events: events.slice(0, at).map(send), broken }
}

function amended({ value }: RecordedEvent, { amend }: WireRules): RecordedEvent | undefined {
  const changed = amend?.(value)
  if (changed === undefined) return undefined
  const text = JSON.stringify(changed)
  return { bytes: new TextEncoder().encode(text), text, value: changed }
}

/** Called before event number `k`, and with the number of events before the end; the stream waits for its promise. */
export type BeforeEvent = (k: number) => void | Promise<void>

/**
 * A `fetch` that answers any request with the recording, one event at a time, each when the client reads on. It uses no
 * network.
 *
 * It answers once: a further request (after a continuation token, or a retry) asks for an answer that was not recorded.
 */
export function replayFetch({ contentType, events }: Sent, beforeEvent?: BeforeEvent): typeof globalThis.fetch {
  let asked = false
  return async (_input, init) => {
    if (asked) throw new Error('The provider asked for another answer to continue with; only one was recorded.')
    asked = true
    const { signal } = init ?? {}
    let next = 0
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          await beforeEvent?.(next)
          signal?.throwIfAborted()
          const event = events[next]
          if (event === undefined) return controller.close()
          controller.enqueue(event)
          next++
        },
      },
      { highWaterMark: 0 },
    )
    return new Response(body, { status: 200, headers: { 'content-type': contentType } })
  }
}
