import type { ErrorCode } from 'yaml'
import type { Finding } from './problem.ts'
import { quoted } from './source.ts'

/** A parser error in words for the author of the file, with the usual remedy. */
export function syntaxFinding(code: ErrorCode, message: string, at: string): Finding {
  const words = WORDS[code]
  const complaint =
    code === 'UNEXPECTED_TOKEN' && at.trim() !== ''
      ? `unexpected ${quoted(at.trim(), 30)}`
      : `${message.charAt(0).toLowerCase()}${message.slice(1)}`
  return { code: 'syntax', message: words?.message ?? `not valid YAML: ${complaint}`, fix: words?.fix }
}

/** The finding for quotes or brackets without an end. */
export function unclosedFinding(opener: string): Finding {
  const closer = opener === '[' ? ']' : opener === '{' ? '}' : undefined
  const [message, fix] =
    closer === undefined
      ? [`the text that begins with ${opener} here does not end`, `close it with ${opener}`]
      : [`the ${opener} here has no ${closer}`, `close it with ${closer}, and indent what is inside`]
  return { code: 'syntax', message: `not valid YAML: ${message}`, fix }
}

const WORDS: Partial<Record<ErrorCode, { message?: string; fix?: string }>> = {
  TAB_AS_INDENT: { message: 'a tab is used for indentation, which YAML does not allow', fix: 'indent with spaces' },
  BAD_INDENT: { fix: 'give the entries of one map or list the same indentation' },
  BAD_SCALAR_START: { fix: 'put the text in quotes' },
  BAD_DQ_ESCAPE: { fix: 'write a backslash as \\\\ inside double quotes, or use single quotes' },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'not valid YAML: a second ": " on one line begins a map inside a line',
    fix: 'put text that holds ": " in quotes',
  },
  MULTILINE_IMPLICIT_KEY: {
    message: 'not valid YAML: expected "key: value" here',
    fix: 'write "key: value", and check the indentation',
  },
  MISSING_CHAR: { fix: 'check the quotes, brackets and colons up to here' },
  UNEXPECTED_TOKEN: { fix: 'check the quotes, brackets and indentation up to here' },
  KEY_OVER_1024_CHARS: {
    message: 'not valid YAML: a key of more than 1024 characters',
    fix: 'check that a line does not lack its quotes',
  },
  BAD_DIRECTIVE: { fix: 'remove the line' },
}
