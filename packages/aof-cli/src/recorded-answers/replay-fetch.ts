import type { Sent } from './wire.ts'

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
