import { oneLine, parsedJson } from '../text.ts'

/** The length of the arguments that is read; no line shows more. */
const MAX_LENGTH = 300

/**
 * A call's arguments, abbreviated: `src/index.ts` if there is only one, otherwise `path=src longest=3`; unless they are an
 * object of scalars, their text. One line that is safe to print.
 *
 * @param written the model's JSON text
 */
export function argumentsText(written: string | undefined): string {
  if (written === undefined) return ''
  // A very long text is never shown whole, so it is not parsed.
  const value = written.length > 20_000 ? undefined : parsedJson(written)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return oneLine(written.trim(), MAX_LENGTH)
  const entries: [string, unknown][] = Object.entries(value)
  const [only] = entries
  if (entries.length === 1 && only !== undefined)
    return oneLine(typeof only[1] === 'string' ? only[1] : JSON.stringify(only[1]), MAX_LENGTH)
  return oneLine(
    entries
      .map(([key, entry]) => `${key}=${typeof entry === 'string' ? quoted(entry) : JSON.stringify(entry)}`)
      .join(' '),
    MAX_LENGTH,
  )
}

function quoted(text: string): string {
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text)
}
