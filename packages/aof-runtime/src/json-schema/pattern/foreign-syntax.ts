/** Escapes of other dialects, and their meaning there. ECMAScript would silently take them as the letter. */
const ESCAPES: Readonly<Record<string, string>> = {
  A: 'the beginning of the text is written ^',
  Z: 'the end of the text is written $',
  z: 'the end of the text is written $',
  G: 'write ^ for the beginning of the text',
  h: 'write [ \\t] for a horizontal space',
  H: 'write [^ \\t] for any character but a horizontal space',
  R: 'write (?:\\r\\n|[\\n\\v\\f\\r\\u2028\\u2029]) for a line break',
  N: 'write . for any character but a line break',
  K: 'write a look-behind, (?<=…)',
  X: 'write . for a character',
  Q: 'escape each character that has a meaning',
  E: 'escape each character that has a meaning',
  a: 'write \\x07',
  e: 'write \\x1b',
  l: 'write [a-z] or \\p{Ll}',
  L: 'write [A-Z] or \\p{Lu}',
  U: 'write \\u{…} with the number of the character',
  u: 'write \\uHHHH or \\u{…} with the number of the character',
  x: 'write \\xHH with two hexadecimal digits',
  c: 'write \\cA to \\cZ for a control character',
  p: 'write \\p{…} with braces for a Unicode property',
  P: 'write \\P{…} with braces for a Unicode property',
  k: 'write the letter without the backslash',
}

/** The reason why an escaped letter or digit has no meaning in a JSON Schema. */
export function foreignEscape(character: string): string {
  if (character >= '0' && character <= '9') return `it has an octal escape, \\${character}: write \\xHH`
  const meant = ESCAPES[character] ?? 'write the letter without the backslash'
  return `it has \\${character}, which is not an escape in ECMAScript regular expressions: ${meant}`
}

const GROUPS: readonly (readonly [opening: RegExp, reason: string])[] = [
  [/^\(\?P</, 'it has a named group as Python writes it: write (?<name>…) instead of (?P<name>…)'],
  [/^\(\?P[=>]/, 'it has a back-reference, which cannot be matched in bounded time'],
  [/^\(\?#/, 'it has a comment, (?#…), which ECMAScript regular expressions do not know: leave it out'],
  [/^\(\?>/, 'it has an atomic group, (?>…), which ECMAScript regular expressions do not know: write (?:…)'],
  [/^\(\?\|/, 'it has (?|…), which ECMAScript regular expressions do not know: write (?:…)'],
  [/^\(\?(?:R|&|\(|[+-]?\d)/, 'it has a condition or a recursion, which ECMAScript regular expressions do not know'],
  [/^\(\?'/, "it has a group named as in (?'name'…): write (?<name>…)"],
  [
    /^\(\?(?:[a-zA-Z^]+(?:-[a-zA-Z]*)?|-[a-zA-Z]+)\)/,
    'it sets flags, which a JSON Schema cannot: for (?i) write both cases, as in [aA]; for (?s) write [^] for any character',
  ],
  [
    /^\(\?(?:[a-zA-Z^]+(?:-[a-zA-Z]*)?|-[a-zA-Z]+):/,
    'it sets flags for a group, which a JSON Schema cannot: write the pattern so that it needs none',
  ],
  [/^\(\*/, 'it has a verb, (*…), which ECMAScript regular expressions do not know: leave it out'],
]

/** The reason why a group that begins like this has no meaning in a JSON Schema; undefined if no dialect has it. */
export function foreignGroup(text: string): string | undefined {
  return GROUPS.find(([opening]) => opening.test(text))?.[1]
}

const POSIX_NAMES = 'alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit'

/** A POSIX class: within a set, or, by mistake, in place of one. */
export const POSIX_CLASS: RegExp = new RegExp(`\\[:\\^?(?:${POSIX_NAMES}):\\]`, 'y')

/** The reason why a set with a POSIX class has no meaning in a JSON Schema. */
export function posixClass(written: string): string {
  return `it has the POSIX class ${written}, which ECMAScript regular expressions do not know: write e.g. \\p{L} for letters, \\d for digits, \\s for spaces`
}
