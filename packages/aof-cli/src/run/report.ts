import type { Style } from '../style.ts'
import { noteThrown } from '../failure-notes.ts'
import type { Output } from '../output.ts'
import { runSummary } from '../live/summary.ts'
import { marksFor } from '../live/marks.ts'
import { durationText } from '../live/duration.ts'
import { wrapParts } from '../live/line.ts'
import { type Divergence, divergencePlace, differenceLines } from '../run-recording/divergence.ts'
import { oneLine } from '../text.ts'
import { incompleteAnswer } from './incomplete-answer.ts'
import type { RunOutcome } from './session.ts'

/** Options of the report about a finished run. */
export interface Reporting {
  readonly output: Output
  /** True to print the answer as text. */
  readonly asText: boolean
  /** True to print the summary. */
  readonly summary: boolean
  /** The agent file, for advice about changing it. */
  readonly file: string
}

/** Reports the end of a run to people: the answer on standard output, everything else on standard error. */
export function reportRun(outcome: RunOutcome, { output, asText, summary, file }: Reporting): void {
  const { result, state, divergence } = outcome
  const { style } = output
  if (divergence !== undefined) return reportDivergence(divergence, output)
  if (result.error?.cause !== undefined) noteThrown('cause', result.error.cause, output)
  if (result.status !== 'done') for (const line of endingLines(outcome, style, file)) output.note(line)
  else {
    if (asText) printAnswer(result.text, output)
    const incomplete = incompleteAnswer(result)
    if (incomplete !== undefined) output.note(`${style.warning('note:')} ${incomplete}`)
  }
  if (!summary) return
  if (process.stderr.isTTY && result.status === 'done') output.note('')
  const marks = marksFor(process.env)
  for (const line of wrapParts(runSummary(state, marks), marks.separator, output.width)) output.note(style.dim(line))
}

/** The answer; for a terminal, without characters that act on it (I46). */
function printAnswer(text: string, output: Output): void {
  if (text.trim() === '') return output.note(output.style.dim('the model ended without an answer'))
  const answer = text.replace(/\n$/, '')
  if (!process.stdout.isTTY) return output.answer(answer)
  const lines = answer.split(/\r\n|\n|\r/).map((line) =>
    line
      .split('\t')
      .map((part) => oneLine(part, Infinity))
      .join('\t'),
  )
  output.answer(lines.join('\n'))
}

function endingLines({ result, timeLimit }: RunOutcome, style: Style, file: string): string[] {
  const { status, error, iterations, exceeded } = result
  const fault = style.error('aof:')
  switch (status) {
    case 'max_iterations':
      return [
        `${fault} the model was asked ${iterations === 1 ? 'once' : `${iterations} times`}, and gave no answer`,
        `     raise max_iterations in ${oneLine(file)}, or give --max-iterations`,
      ]
    case 'failed':
      return [`${fault} ${oneLine(error?.message ?? 'the run failed', 2_000)}`]
    case 'aborted':
      if (timeLimit === undefined) return [`${fault} aborted`]
      return [
        `${fault} the run was ended after ${durationText(timeLimit.ms)}, without an answer`,
        `     the limit is ${timeLimit.source}`,
      ]
    case 'budget':
      return [
        `${fault} the budget was used up without an answer`,
        `     raise ${exceeded === 'tokens' ? '--max-total-tokens' : '--max-tool-calls'}`,
      ]
    case 'awaiting_approval':
      return [`${fault} the run waits for an approval`]
    case 'done':
      return []
  }
}

/** The divergence of the run from its recording, with a diff. */
export function reportDivergence(divergence: Divergence, output: Output): void {
  const { style } = output
  output.note(
    `${style.error('aof:')} the run diverges from its recording: ${style.strong(oneLine(divergence.what))} (${divergencePlace(divergence)})`,
  )
  for (const { sign, text } of differenceLines(divergence)) {
    const line = `     ${sign} ${text}`
    output.note(sign === '-' ? style.error(line) : sign === '+' ? style.good(line) : style.dim(line))
  }
}
