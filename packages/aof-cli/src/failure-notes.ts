import { inspect } from 'node:util'
import type { ToolEvent } from 'aof-runtime'
import { Redaction } from 'aof-runtime/internal/values'
import type { Output } from './output.ts'
import { secretsOf } from './run-recording/redact.ts'
import { oneLine } from './text.ts'

/** The largest number of lines shown of an error. */
const MAX_LINES = 60

/** With `--verbose`: shows the whole error that a tool threw, once its call has failed. */
export function noteFailure(event: { readonly type: string } | ToolEvent, output: Output): void {
  if (event.type !== 'settled' || !('thrown' in event) || event.thrown === undefined) return
  noteThrown(`[${event.index}] ${oneLine(event.name, 128)}`, event.thrown, output)
}

/** An error with its stack and its causes, without secrets and without control characters for a terminal. */
export function noteThrown(label: string, thrown: unknown, output: Output): void {
  if (!output.verbose) return
  const text = new Redaction({ secrets: secretsOf(process.env) }).redact(wholeOf(thrown), false)
  const lines = text.split('\n')
  for (const [index, line] of lines.slice(0, MAX_LINES).entries())
    output.note(output.style.dim(`      ${index === 0 ? `${label}: ` : ''}${oneLine(line)}`))
  if (lines.length > MAX_LINES) output.note(output.style.dim(`      … ${lines.length - MAX_LINES} more lines`))
}

function wholeOf(thrown: unknown): string {
  try {
    return inspect(thrown, { depth: 4, customInspect: false, maxArrayLength: 10, maxStringLength: 2_000 })
  } catch {
    return 'the thrown value cannot be read'
  }
}
