import { printable } from './text.ts'

/** The most of a stack that is read, and the longest path, in UTF-16 code units. */
const MAX_STACK = 16_000
const MAX_PLACE = 1_000

/**
 * The place where a value was thrown, as `path:line:column`: the first frame of its stack that is neither in Node nor in an
 * installed package, else the first frame with a file. Undefined if the value has no readable stack.
 */
export function thrownPlace(thrown: unknown): string | undefined {
  const places = [...stackPlaces(thrown)]
  const place = places.find((each) => !/[\\/]node_modules[\\/]/.test(each)) ?? places[0]
  return place && printable(place, MAX_PLACE)
}

function* stackPlaces(thrown: unknown): Generator<string> {
  for (const line of stackOf(thrown).split('\n')) {
    // "at work (file:///a/b.ts:3:5)", "at async /a/b.ts:3:5"; "work@file:///a/b.ts:3:5" in Safari and Bun.
    const [, place] =
      /(?:\(|@|\bat (?:async )?)((?:file:\/\/|[A-Za-z]:[\\/]|\/)[^()]*:\d+:\d+)\)?$/.exec(line.trim()) ?? []
    if (place !== undefined) yield pathOf(place)
  }
}

function pathOf(place: string): string {
  if (!place.startsWith('file://')) return place
  const path = place.slice('file://'.length)
  try {
    return decodeURI(/^\/[A-Za-z]:/.test(path) ? path.slice(1) : path)
  } catch {
    return path
  }
}

/** The stack without the message, which may look like frames. */
function stackOf(thrown: unknown): string {
  try {
    if (typeof thrown !== 'object' || thrown === null) return ''
    const { stack, message } = thrown as { readonly stack?: unknown; readonly message?: unknown }
    if (typeof stack !== 'string') return ''
    const at = typeof message === 'string' ? stack.indexOf(message) : -1
    const hasHead = at >= 0 && !stack.slice(0, at).includes('\n')
    const frames = hasHead ? at + (message as string).length : 0
    return stack.slice(frames, frames + MAX_STACK)
  } catch {
    return ''
  }
}
