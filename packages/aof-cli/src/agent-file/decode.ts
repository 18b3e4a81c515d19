import { Findings } from './problem.ts'
import { Source, spanAt } from './source.ts'

/** The largest allowed size of an agent file, in bytes. */
export const MAX_BYTES = 1_048_576

/**
 * Decodes the bytes of a file, which must be UTF-8 text of at most {@link MAX_BYTES}. The findings report anything else;
 * their source is the text as far as it could be decoded.
 */
export function decode(input: string | Uint8Array, file: string): Findings {
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input
  if (bytes.length > MAX_BYTES) return tooLarge(file)
  const source = new Source(file, new TextDecoder('utf-8', { ignoreBOM: false }).decode(bytes))
  const findings = new Findings(source)
  reportEncoding(bytes, findings)
  if (!findings.failed) reportControlCharacters(findings)
  if (!findings.failed) warnOfHiddenCharacters(findings)
  return findings
}

function tooLarge(file: string): Findings {
  const findings = new Findings(new Source(file, ''))
  findings.error(spanAt(0, 0), {
    code: 'too_large',
    message: 'the file has more than 1 MiB, the most that is read of an agent file',
    fix: 'keep data out of the agent file: let a tool read it',
  })
  return findings
}

function reportEncoding(bytes: Uint8Array, findings: Findings): void {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    const message = 'expected UTF-8, but the file is UTF-16'
    return findings.error(spanAt(0), { code: 'encoding', message, fix: 'save it as UTF-8' })
  }
  const wrong = findInvalidUtf8(bytes)
  if (wrong === undefined) return
  const before = new TextDecoder().decode(bytes.subarray(0, wrong)).length
  findings.error(spanAt(before), {
    code: 'encoding',
    message: `expected UTF-8, but byte ${wrong + 1} (0x${(bytes[wrong] ?? 0).toString(16).padStart(2, '0')}) is not part of a character`,
    fix: 'save it as UTF-8',
  })
}

/** The index of the first byte that is not well-formed UTF-8. A binary search finds it, because every prefix of valid text decodes. */
function findInvalidUtf8(bytes: Uint8Array): number | undefined {
  if (decodes(bytes, false)) return undefined
  let good = 0
  let bad = bytes.length
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (decodes(bytes.subarray(0, middle), true)) good = middle
    else bad = middle
  }
  return Math.min(good, bytes.length - 1)
}

function decodes(bytes: Uint8Array, unfinished: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: unfinished })
    return true
  } catch {
    return false
  }
}

function reportControlCharacters(findings: Findings): void {
  const match = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u0084\u0086-\u009F\uFFFE\uFFFF]|\r(?!\n)/u.exec(
    findings.source.text,
  )
  if (match === null) return
  findings.error(spanAt(match.index), {
    code: 'control_character',
    message: `expected text, found the control character ${codePoint(match[0])}`,
    fix:
      match[0] === '\r'
        ? 'save it with line ends of LF or CRLF'
        : 'remove it; in a text, write it as an escape in double quotes ("\\u001b")',
  })
}

/** Characters that make a text look different from its content: bidirectional overrides and tag characters (I46). */
const HIDDEN = /[\u061C\u202A-\u202E\u2066-\u2069]|[\u{E0000}-\u{E007F}]/gu

function warnOfHiddenCharacters(findings: Findings): void {
  for (const match of findings.source.text.matchAll(HIDDEN)) {
    findings.warn(spanAt(match.index, match[0].length), {
      code: 'hidden_character',
      message: `the invisible character ${codePoint(match[0])} makes the text look different from what a model reads`,
      fix: 'remove it, unless the text is written from right to left',
    })
    if (findings.full) return
  }
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
