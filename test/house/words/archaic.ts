import type { Prose } from './prose.ts'

export interface Finding {
  readonly line: number
  readonly words: string
  /** A plain way to say it. */
  readonly hint: string
}

/** Words that hide the subject of a sentence, or that the field does not use; each with a plain way to say it. */
const expressions: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [
    /(?<=^|[.:;!] )What (?!to |it is)[^.?!]*(?=[.!]|$)/g,
    'begin with the noun: "Released permits go …", not "What is freed goes …"',
  ],
  [
    /\bwho(?:ever)? (?:waits|goes|gets|comes|wants|needs|is|has|was|asks|cannot|can|may|emits|suspends)\b|\bwhoever\b/gi,
    'name the noun that does it: "a waiting call", not "who waits"',
  ],
  [/\btold\b/gi, '"is reported", "is notified", "an event says", "is passed"'],
  [/\b(?:no|some|any)body\b/gi, '"no caller", "a listener", "if anything listens"'],
  [
    /(?<!\bthere )\b(?:is|are|was|were) no (?!longer\b|more\b|less\b|better\b|worse\b|matter\b)[\w-]+/gi,
    '"is not a string", "must be an array"',
  ],
  [/\b(?:to be had|not to be \w+ed)\b/gi, '"is not available", "must not be used"'],
  [/\bbusiness of\b|\bno business\b/gi, '"is unrelated to", "does not concern"'],
  [/\bfor (?:the )?want of\b/gi, '"without", "because there is no"'],
]

/** The archaic expressions in a piece of text, in the order in which they stand there. */
export function archaicWords({ line, text }: Prose): Finding[] {
  const oneLine = text.replaceAll('\n', ' ')
  return expressions
    .flatMap(([pattern, hint]) =>
      Array.from(oneLine.matchAll(pattern), ({ 0: words, index }) => ({
        line: line + text.slice(0, index).split('\n').length - 1,
        words,
        hint,
      })),
    )
    .toSorted((a, b) => a.line - b.line)
}
