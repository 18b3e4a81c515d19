import { printable } from 'aof-runtime/internal'
import { fieldsOf, isObject } from 'aof-runtime/internal/messages'
import type { DialectName, RecordedDialect } from './dialects/dialect.ts'
import { DIALECTS } from './dialects/index.ts'
import { RecordedAnswerError } from './recorded-answer-error.ts'
import type { RecordedBody } from './recorded-event.ts'

/** Detects the dialect of a body from the body alone. */
export function detectDialect(body: RecordedBody): RecordedDialect {
  for (const { value } of body.events) {
    if (!isObject(value)) continue
    const dialect = DIALECTS.find(
      (each) => (body.framing === 'json' && each.isWhole(value)) || each.isEvent(value, body.framing),
    )
    if (dialect !== undefined) return dialect
  }
  throw (
    errorAnswer(body) ??
    unknown('The body is in none of the dialects that can be read', ' Is it the body of the answer, whole?')
  )
}

/** The dialect with this name. */
export function dialectNamed(name: string): RecordedDialect {
  const dialect = DIALECTS.find((each) => each.name === name)
  if (dialect === undefined) throw unknown(`There is no dialect ${JSON.stringify(printable(name, 60))}`, '')
  return dialect
}

/** True if a body in this dialect is one whole answer; false for a stream of events. */
export function isWhole(dialect: RecordedDialect, { framing, events }: RecordedBody): boolean {
  const value = fieldsOf(events[0]?.value)
  return framing === 'json' && (dialect.isWhole(value) || !dialect.isEvent(value, framing))
}

/** The names of the readable dialects, in alphabetical order. */
export const DIALECT_NAMES: readonly DialectName[] = DIALECTS.map(({ name }) => name).sort()

function errorAnswer({ events }: RecordedBody): RecordedAnswerError | undefined {
  for (const { value } of events) {
    const { error, errors, message } = fieldsOf(value)
    const said = fieldsOf(error).message ?? error ?? errors ?? message
    if (said === undefined) continue
    const text = printable(typeof said === 'string' ? said : JSON.stringify(said), 500)
    return new RecordedAnswerError('error_answer', `The body is a provider's error, not an answer: ${text}`)
  }
  return undefined
}

function unknown(problem: string, question: string): RecordedAnswerError {
  return new RecordedAnswerError('unknown_dialect', `${problem}: ${DIALECT_NAMES.join(', ')}.${question}`)
}
