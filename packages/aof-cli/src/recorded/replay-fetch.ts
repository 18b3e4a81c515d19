import type { Sent } from './wire.ts'

/** Called before the event at place `k`, and with the number of events before the end; the stream waits for what it returns. */
export type BeforeEvent = (k: number) => void | Promise<void>

/**
 * A `fetch` that answers with what was recorded, whatever it is asked, an event at a time and each only when the client
 * asks for more. It reaches no network.
 *
 * It answers once: a client that asks again (to go on after a continuation token, to try again) asks for what was not
 * recorded.
 */
export function replayFetch({ contentType, events }: Sent, beforeEvent?: BeforeEvent): typeof globalThis.fetch {
  let asked = false
  return async (_input, init) => {
    if (asked) throw new Error('The provider asked for another answer to go on with; only one was recorded.')
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
