import { parsedJson } from '../text.ts'
import type { RecordedEvent } from './recorded-event.ts'

/** True if `text` begins with a field or a comment of server-sent events. */
export function isServerSentEvents(text: string): boolean {
  return /^\s*(?::|(?:data|event|id|retry)(?::|\r|\n|$))/.test(text)
}

/** The events of `text`, each with the blank lines at its end; nothing is left out. */
export function readServerSentEvents(text: string): RecordedEvent[] {
  return eventTexts(text).map((event) => {
    const data = dataOf(event)
    return { bytes: new TextEncoder().encode(event), text: data, value: parsedJson(data) }
  })
}

/** An event that carries `text`. */
export function serverSentEvent(text: string): Uint8Array {
  const lines = text.split(/\r\n|\n|\r/).map((line) => `data: ${line}\n`)
  return new TextEncoder().encode(`${lines.join('')}\n`)
}

function eventTexts(text: string): string[] {
  const events: string[] = []
  let [begin, lineBegin, ended] = [0, 0, false]
  for (const { 0: newline, index } of text.matchAll(/\r\n|\n|\r/g)) {
    const blank = index === lineBegin
    if (ended && !blank) {
      events.push(text.slice(begin, lineBegin))
      begin = lineBegin
    }
    ended = blank
    lineBegin = index + newline.length
  }
  if (ended && lineBegin < text.length) {
    events.push(text.slice(begin, lineBegin))
    begin = lineBegin
  }
  return [...events, text.slice(begin)]
}

function dataOf(event: string): string {
  return event
    .split(/\r\n|\n|\r/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(line.startsWith('data: ') ? 6 : 5))
    .join('\n')
}
