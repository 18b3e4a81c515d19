import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { type Clock, MAX_DELAY_MS } from '../core/host/clock.ts'
import { checkCount, checkDuration } from '../core/contract/misuse.ts'
import type { ScriptedPlay } from './scripted-turn.ts'
import { sleep } from '../core/host/sleep.ts'

/** A turn ready to be played: its parts, their times, and its end. */
export interface Recital {
  /** The parts, up to the place where the stream breaks. */
  readonly parts: readonly LanguageModelV4StreamPart[]
  /** The time of each part after the call, in milliseconds. */
  readonly offsetsMs: readonly number[]
  /** The error after the last of the parts; `undefined` if the stream ends normally. */
  readonly breakWith: Error | undefined
}

/**
 * Computes how `parts` are played.
 *
 * @throws MisuseError if `delayMs` or `breakAfter` is invalid
 */
export function recital(parts: readonly LanguageModelV4StreamPart[], play: ScriptedPlay): Recital {
  const { breakAfter, breakWith = new Error(`The stream broke after part ${breakAfter}, as scripted.`) } = play
  if (breakAfter !== undefined) checkCount('breakAfter', breakAfter, 0, parts.length)
  const played = parts.slice(0, breakAfter)
  return {
    parts: played,
    offsetsMs: offsetsOf(played, play.delayMs ?? 0),
    breakWith: breakAfter === undefined || breakWith === 'end' ? undefined : breakWith,
  }
}

function offsetsOf(
  parts: readonly LanguageModelV4StreamPart[],
  delayMs: NonNullable<ScriptedPlay['delayMs']>,
): number[] {
  let offset = 0
  return parts.map((part, index) => {
    const delay = typeof delayMs === 'number' ? delayMs : delayMs(part, index)
    checkDuration('delayMs', delay, 0, MAX_DELAY_MS)
    return (offset += delay)
  })
}

/**
 * Plays a turn. A part is delivered when it is read, but never before its time, so that a slow reader loses no part
 * before a break. An abort errors the stream with the signal's reason.
 */
export function recitalStream(
  { parts, offsetsMs, breakWith }: Recital,
  clock: Clock,
  signal?: AbortSignal,
): ReadableStream<LanguageModelV4StreamPart> {
  const startedAt = clock.now()
  const cancelled = new AbortController()
  const signals = signal === undefined ? [cancelled.signal] : [signal, cancelled.signal]
  let next = 0
  return new ReadableStream(
    {
      async pull(controller) {
        signal?.throwIfAborted()
        const part = parts[next]
        if (part !== undefined) {
          const waitMs = startedAt + (offsetsMs[next] ?? 0) - clock.now()
          if (waitMs > 0) await sleep(clock, waitMs, signals)
          next += 1
          controller.enqueue(part)
        } else if (breakWith !== undefined) throw breakWith
        if (next === parts.length && breakWith === undefined) controller.close()
      },
      cancel(reason) {
        cancelled.abort(reason)
      },
    },
    { highWaterMark: 0 },
  )
}
