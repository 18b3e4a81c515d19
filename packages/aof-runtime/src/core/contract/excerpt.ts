import { printable } from './text.ts'

/** How much of a text is shown before and after a place. */
const BESIDE = 40

/** How much of it is looked at for secrets: one that is cut off at its beginning is no longer told from other text. */
const LOOKED_AT = 16_384

/**
 * The text around a place, for an error message: at most 80 characters, on one line, without control characters, and with
 * an ellipsis where more stands beside it.
 *
 * @param redact takes secrets out; it gets the text around before that is cut
 */
export function excerpt(text: string, at: number, redact: (text: string) => string): string {
  const from = Math.max(0, at - LOOKED_AT)
  const around = text.slice(from, at + LOOKED_AT)
  const clean = redact(around)
  // Where something was taken out, the place has moved; within a secret there is no place.
  const place = clean === around ? at - from : Math.min(clean.length, redact(around.slice(0, at - from)).length)
  const shown = clean.slice(Math.max(0, place - BESIDE), place + BESIDE)
  const isCutBefore = from > 0 || place > BESIDE
  const isCutAfter = from + around.length < text.length || place + BESIDE < clean.length
  const line = printable(shown, Infinity).replace(/\s+/g, ' ')
  return `${isCutBefore ? '…' : ''}${line}${isCutAfter ? '…' : ''}`
}
