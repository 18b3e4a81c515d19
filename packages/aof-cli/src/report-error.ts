import type { CliError } from './errors.ts'
import { noteThrown } from './failure-notes.ts'
import type { ExitCode } from './exit-codes.ts'
import { formatProblem, problemWords } from './format-problem.ts'
import type { Output } from './output.ts'
import { oneLine } from './text.ts'

/** Reports the error that ended a command: as text, or as JSON with `--json`. */
export function reportError(error: CliError, output: Output): ExitCode {
  const { message, fix, exitCode, problems } = error
  for (const problem of problems) output.note(`${formatProblem(problem, output.style, output.width)}\n`)
  output.note(`${output.style.error('aof:')} ${oneLine(message, 2000)}`)
  if (error.cause !== undefined) noteThrown('cause', error.cause, output)
  if (fix !== undefined) output.note(`     ${oneLine(fix, 2000)}`)
  if (output.json) output.answerJson({ ok: false, exitCode, error: errorWords(error) })
  return exitCode
}

/** An error in the form for machines. */
export function errorWords({ message, fix, problems }: CliError): object {
  return { message, ...(fix !== undefined && { fix }), problems: problems.map(problemWords) }
}
