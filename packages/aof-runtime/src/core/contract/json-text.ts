/**
 * The place of the quote that ends the string of a JSON text that begins at `start`; the text's length where none does.
 * For those who look at a text before, or beside, JSON.parse.
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
