/**
 * The place of the quote that ends the string beginning at `start` of a JSON text; the text's length if the string does not
 * end. For code that scans a text before JSON.parse, or beside it.
 */
export function endOfString(text: string, start: number): number {
  let i = start + 1
  while (i < text.length) {
    const char = text.charCodeAt(i)
    if (char === 34 /* " */) return i
    i += char === 92 /* \ */ ? 2 : 1
  }
  return text.length
}
