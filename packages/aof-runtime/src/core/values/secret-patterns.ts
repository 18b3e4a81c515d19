import { STAND_IN } from './secrets.ts'

/**
 * What looks like a secret, whatever its value. No expression goes back over what it has read: each begins with words of
 * its own, and what follows them ends where its characters do.
 */
interface Pattern {
  readonly looks: RegExp
  readonly redacted: (match: string, kept: string) => string
}

const whole = (): string => STAND_IN
const after = (_match: string, kept: string): string => kept + STAND_IN

/** A key of letters alone is a word. */
const unlessWords = (match: string): string => (/[0-9]/.test(match) ? STAND_IN : match)

/** What comes after `Bearer` or `Basic` in a sentence is a word, too. */
const unlessProse = (match: string, kept: string): string =>
  /[0-9+/=_.~]|[a-z][A-Z]/.test(match.slice(kept.length)) ? kept + STAND_IN : match

const NAMES =
  'api[_-]?key|access[_-]?key(?:[_-]?id)?|secret[_-]?key|private[_-]?key|token|secret|password|passwd|passphrase|credentials?|signature|(?<![a-z])(?:pwd|sig)'
/** What has been taken out already, or is quoted and so was looked at. */
const NEW = '(?!\\[redacted\\]|\\\\?["\'])'
const NAME = `(?:${NAMES})(?:\\\\?["'])?`

const PATTERNS: readonly Pattern[] = [
  {
    looks: /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[^]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g,
    redacted: whole,
  },
  { looks: /(:\/\/)[^\s/?#"'<>]*@/g, redacted: (_match, kept) => `${kept}${STAND_IN}@` },
  {
    looks:
      /(authorization\\?["']?\s{0,5}[:=]\s{0,5}\\?["']?(?!(?:[a-z]{1,20}\s{1,5})?\[redacted\])(?:[a-z]{1,20}\s{1,5})?)[^\s"',;\\]+/gi,
    redacted: after,
  },
  { looks: /(\bcookie\\?["']?\s{0,5}[:=]\s{0,5}\\?["']?)[^\n"'\\]+/gi, redacted: after },
  { looks: /(\b(?:bearer|basic)\s{1,5})[A-Za-z0-9._~+/=-]{8,}/gi, redacted: unlessProse },
  { looks: /(?<![\w-])(?:sk|rk)[-_][\w-]{16,}/g, redacted: unlessWords },
  { looks: /(?<!\w)(?:gh[pousr]_|github_pat_|npm_|hf_)\w{16,}/g, redacted: whole },
  { looks: /(?<![\w-])(?:glpat-|xox[a-z]-|xapp-|AIza|ya29\.)[\w-]{10,}/g, redacted: whole },
  { looks: /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g, redacted: whole },
  { looks: /(?<![\w-])eyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g, redacted: whole },
  // A quoted value, one after `=`, one that is no word, one that ends its line: of the rest, `password: too short` is prose.
  {
    looks: new RegExp(`(${NAME}\\s{0,5}[:=]\\s{0,5}\\\\?["'])(?!\\[redacted\\])[^"'\\\\]{1,2000}`, 'gi'),
    redacted: after,
  },
  { looks: new RegExp(`(${NAME}=)${NEW}[^\\s"'&,;)}\\]]+`, 'gi'), redacted: after },
  {
    looks: new RegExp(`(${NAME}\\s{0,5}[:=]\\s{1,5})${NEW}(?![A-Za-z]+[ .,;:])[^\\s"'&,;)}\\]]+`, 'gi'),
    redacted: after,
  },
  { looks: new RegExp(`(${NAME}:)${NEW}(?![A-Za-z]+[ .,;:])[^\\s"'&,;)}\\]]+`, 'gi'), redacted: after },
]

/** What a key begins with whose end was cut off. */
const CUT_KEY =
  /(?<![\w-])(?:sk[-_]|rk[-_]|gh[pousr]_|github_pat_|npm_|hf_|glpat-|xox[a-z]-|xapp-|AIza|ya29\.|AKIA|ASIA|eyJ)[\w.-]*…$/

/** Takes out what looks like a credential; in time that grows with the length of the text. */
export function redactPatterns(text: string): string {
  let clean = text
  for (const { looks, redacted } of PATTERNS) clean = clean.replace(looks, redacted)
  return clean.endsWith('…') ? clean.replace(CUT_KEY, `${STAND_IN}…`) : clean
}
