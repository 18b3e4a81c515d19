import { MisuseError } from '../core/contract/misuse.ts'
import { printable } from '../core/contract/text.ts'
import { fieldsOf } from '../core/contract/fields.ts'

/** The error for a value that is not an answer of the provider. The message guesses what it is instead. */
export function notAnAnswer(expected: string, got: unknown): MisuseError {
  const hint = lookOf(got)
  return new MisuseError('answer', hint === undefined ? expected : `${expected} (${hint})`, got)
}

/** Whether an answer of the Responses API, which may be generated in the background, has no output yet. */
export function isPending(answer: unknown): boolean {
  const { status, output } = fieldsOf(answer)
  return status === 'queued' || (status === 'in_progress' && Array.isArray(output) && output.length === 0)
}

function lookOf(got: unknown): string | undefined {
  if (typeof got === 'string') return 'this is a string: parse it first'
  if (typeof got !== 'object' || got === null) return undefined
  if ('then' in got) return 'this is a promise: await it'
  if (Symbol.asyncIterator in got) return 'this is a stream: pass the whole answer'
  const { error, choices, content, output, candidates } = fieldsOf(got)
  const { message } = fieldsOf(error)
  if (typeof message === 'string') return `this is an error: ${printable(message, 500)}`
  if (Array.isArray(choices)) {
    return choices.some((choice) => 'delta' in fieldsOf(choice))
      ? 'this is a chunk of a stream: pass the whole answer'
      : 'this looks like an answer for openaiChat'
  }
  if (Array.isArray(content)) return 'this looks like an answer for anthropic'
  if (isPending(got)) return 'this answer is not ready: its status is queued or in progress, so retrieve it again later'
  if (Array.isArray(output)) return 'this looks like an answer for openaiResponses'
  if (Array.isArray(candidates)) return 'this looks like an answer for gemini'
  return undefined
}
