import { thrownMessage } from 'aof-runtime/internal/values'
import type { Output } from '../output.ts'
import type { RecordedAnswer } from '../recorded-answers/open-recorded.ts'
import { oneLine } from '../text.ts'
import type { ExecutedTurn } from './execute-turn.ts'

/**
 * Prints the outcome of a turn: its results on standard output, everything else on standard error.
 *
 * @param talks true to print notes for people that are not errors
 */
export function reportTurn(executed: ExecutedTurn, answer: RecordedAnswer, output: Output, talks: boolean): void {
  const { calls, results, leftToProvider, broken, wallMs } = executed
  const { style } = output
  const tell = (words: string): void => output.note(`${style.warning('note:')} ${words}`)
  if (broken !== undefined) tell(`the answer breaks off: ${oneLine(thrownMessage(broken.cause))}`)
  if (talks && leftToProvider > 0) tell(`left to the provider, which runs them itself: ${leftToProvider} of its calls`)
  if (answer.leavesCalls)
    tell('left to the application: calls that are answered in a form of their own (shell, patch, computer)')
  if (talks && results.length === 0) tell('the answer calls no tools, so there is nothing to run')
  const message = answer.results(results)
  if (!output.json) return output.answerJson(message)
  const runMs = results.reduce((sum, { timing }) => sum + timing.runMs, 0)
  output.answerJson({ dialect: answer.dialect, calls, results, message, timing: { wallMs, runMs } })
}
