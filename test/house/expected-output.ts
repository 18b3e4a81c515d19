/**
 * How what was printed differs from what a document says; nothing where it does not. Numbers of milliseconds may
 * differ, and a line that is only `…` stands for any lines.
 */
export function outputDifference(expected: string, printed: string): string | undefined {
  if (matches(comparableLines(expected), comparableLines(printed))) return undefined
  return `expected it to print\n${expected}\nbut it printed\n${printed}`
}

function comparableLines(text: string): string[] {
  const normal = text.replace(/ *\b\d+(?:\.\d+)?(?=\s?ms\b)/g, ' #').replace(/[ \t]+$/gm, '')
  return normal.trimEnd().split('\n')
}

function matches(expected: readonly string[], actual: readonly string[]): boolean {
  const [first, ...rest] = expected
  if (first === undefined) return actual.length === 0
  if (first.trim() !== '…') return first === actual[0] && matches(rest, actual.slice(1))
  return [...actual, ''].some((_line, left) => matches(rest, actual.slice(left)))
}
