/** Pieces of `text` of at most `length` code points; none for an empty text. Joined, they are the text again. */
export function chunks(text: string, length: number): string[] {
  if (text.length <= length) return text === '' ? [] : [text]
  const points = Array.from(text)
  const count = Math.ceil(points.length / length)
  return Array.from({ length: count }, (_, index) => points.slice(index * length, (index + 1) * length).join(''))
}
