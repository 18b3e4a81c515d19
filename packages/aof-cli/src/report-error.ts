import type { Problem } from './agent-file/index.ts'
import type { CliError } from './errors.ts'
import { noteThrown } from './failure-notes.ts'
import type { ExitCode } from './exit-codes.ts'
import { formatProblem } from './format-problem.ts'
import type { Output } from './output.ts'
import { oneLine } from './text.ts'

/** Tells people why a command ended, and machines with `--json`. */
export function reportError(error: CliError, output: Output): ExitCode {
  const { message, fix, exitCode, problems } = error
  for (const problem of problems) output.note(`${formatProblem(problem, output.style, output.width)}\n`)
  output.note(`${output.style.error('aof:')} ${oneLine(message, 2000)}`)
  if (error.cause !== undefined) noteThrown('cause', error.cause, output)
  if (fix !== undefined) output.note(`     ${oneLine(fix, 2000)}`)
  if (output.json) output.answerJson({ ok: false, exitCode, error: errorWords(error) })
  return exitCode
}

/** What machines are told of an error. */
export function errorWords({ message, fix, problems }: CliError): object {
  return { message, ...(fix !== undefined && { fix }), problems: problems.map(problemWords) }
}

/** What machines are told of what is wrong with a file: its words, not where in its line to underline them. */
export function problemWords({ excerpt, ...problem }: Omit<Problem, 'file'>): object {
  return { ...problem, excerpt: excerpt.text }
}
