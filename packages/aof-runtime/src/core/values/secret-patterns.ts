import { STAND_IN } from './secrets.ts'

/**
 * A pattern of text that looks like a secret, whatever its value, and its replacement. No expression goes back over text that it
 * has read: each begins with fixed words, and the text after them ends at the first character of another kind.
 */
type Pattern = readonly [looks: RegExp, redacted: (match: string, prefix: string) => string]

const whole = (): string => STAND_IN
const after = (_match: string, prefix: string): string => prefix + STAND_IN

/** A key without digits is a word. */
const unlessWords = (match: string): string => (/[0-9]/.test(match) ? STAND_IN : match)

/** Text after `Bearer` or `Basic` can be a word of a sentence, too. */
const unlessProse = (match: string, prefix: string): string =>
  /[0-9+/=_.~]|[a-z][A-Z]/.test(match.slice(prefix.length)) ? prefix + STAND_IN : match

const NAMES =
  'api[_-]?key|access[_-]?key(?:[_-]?id)?|secret[_-]?key|private[_-]?key|token|secret|password|passwd|passphrase|credentials?|signature|(?<![a-z])(?:pwd|sig)'
/** Excludes text that is removed already, and quoted text, which an earlier pattern has checked. */
const NEW = '(?!\\[redacted\\]|\\\\?["\'])'
const NAME = `(?:${NAMES})(?:\\\\?["'])?`

const PATTERNS: readonly Pattern[] = [
  [/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[^]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g, whole],
  [/(:\/\/)[^\s/?#"'<>]*@/g, (_match, prefix) => `${prefix}${STAND_IN}@`],
  [
    /(authorization\\?["']?\s{0,5}[:=]\s{0,5}\\?["']?(?!(?:[a-z]{1,20}\s{1,5})?\[redacted\])(?:[a-z]{1,20}\s{1,5})?)[^\s"',;\\]+/gi,
    after,
  ],
  [/(\bcookie\\?["']?\s{0,5}[:=]\s{0,5}\\?["']?)[^\n"'\\]+/gi, after],
  [/(\b(?:bearer|basic)\s{1,5})[A-Za-z0-9._~+/=-]{8,}/gi, unlessProse],
  [/(?<![\w-])(?:sk|rk)[-_][\w-]{16,}/g, unlessWords],
  [/(?<!\w)(?:gh[pousr]_|github_pat_|npm_|hf_)\w{16,}/g, whole],
  [/(?<![\w-])(?:glpat-|xox[a-z]-|xapp-|AIza|ya29\.)[\w-]{10,}/g, whole],
  [/(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g, whole],
  [/(?<![\w-])eyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g, whole],
  // A quoted value, a value after `=`, one that is not a word, or one that ends its line. The rest is prose, e.g. `password: too short`.
  [new RegExp(`(${NAME}\\s{0,5}[:=]\\s{0,5}\\\\?["'])(?!\\[redacted\\])[^"'\\\\]{1,2000}`, 'gi'), after],
  [new RegExp(`(${NAME}=)${NEW}[^\\s"'&,;)}\\]]+`, 'gi'), after],
  [new RegExp(`(${NAME}\\s{0,5}[:=]\\s{1,5})${NEW}(?![A-Za-z]+[ .,;:])[^\\s"'&,;)}\\]]+`, 'gi'), after],
  [new RegExp(`(${NAME}:)${NEW}(?![A-Za-z]+[ .,;:])[^\\s"'&,;)}\\]]+`, 'gi'), after],
]

/** The beginning of a key at the end of a text that was cut. */
const CUT_KEY =
  /(?<![\w-])(?:sk[-_]|rk[-_]|gh[pousr]_|github_pat_|npm_|hf_|glpat-|xox[a-z]-|xapp-|AIza|ya29\.|AKIA|ASIA|eyJ)[\w.-]*…$/

/** Removes text that looks like a credential, in time linear in the length of the text. */
export function redactPatterns(text: string): string {
  let clean = text
  for (const [looks, redacted] of PATTERNS) clean = clean.replace(looks, redacted)
  return clean.endsWith('…') ? clean.replace(CUT_KEY, `${STAND_IN}…`) : clean
}
