import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { ToolResult } from 'aof-runtime'
import type { AgentStatus } from 'aof-runtime/agent'
import type { HeaderLine, RecordedError, RecordedTool } from './recording-format.ts'

/** The problem of a line, in words that follow its place. */
export class LineFault extends Error {}

type Fields = Readonly<Record<string, unknown>>

/** The fields of an object. */
export function fieldsOf(value: unknown, what = 'the line'): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw new LineFault(`expected ${what} to be an object`)
}

export function textIn(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw new LineFault(`expected ${name} to be a string`)
  return value
}

/** A number from 0. */
export function amountIn(fields: Fields, name: string): number {
  const value = fields[name]
  if (typeof value !== 'number' || !(value >= 0)) throw new LineFault(`expected ${name} to be a number from 0`)
  return value
}

/** A whole number from 0. */
export function countIn(fields: Fields, name: string): number {
  const value = amountIn(fields, name)
  if (!Number.isSafeInteger(value)) throw new LineFault(`expected ${name} to be a whole number`)
  return value
}

export function headerIn(fields: Fields): Omit<HeaderLine, 'version'> {
  const model = fieldsOf(fields['model'], 'model')
  const { instructions, tools } = fields
  if (!Array.isArray(tools)) throw new LineFault('expected tools to be a list')
  return {
    type: 'recording',
    aof: textIn(fields, 'aof'),
    agent: textIn(fields, 'agent'),
    model: { provider: textIn(model, 'provider'), id: textIn(model, 'id') },
    ...(instructions !== undefined && { instructions: textIn(fields, 'instructions') }),
    settings: fieldsOf(fields['settings'], 'settings') as HeaderLine['settings'],
    tools: tools.map(toolIn),
  }
}

function toolIn(value: unknown): RecordedTool {
  const fields = fieldsOf(value, 'each tool')
  const definition = fieldsOf(fields['definition'], 'the definition of each tool')
  return {
    name: textIn(fields, 'name'),
    digest: textIn(fields, 'digest'),
    definition: definition as unknown as RecordedTool['definition'],
  }
}

export function partIn(fields: Fields): LanguageModelV4StreamPart {
  const part = fieldsOf(fields['part'], 'part')
  textIn(part, 'type')
  return part as unknown as LanguageModelV4StreamPart
}

export function errorIn(fields: Fields): RecordedError | undefined {
  if (fields['error'] === undefined) return undefined
  const error = fieldsOf(fields['error'], 'error')
  return { name: textIn(error, 'name'), message: textIn(error, 'message') }
}

const RESULT_STATUSES: ReadonlySet<string> = new Set<ToolResult['status']>([
  'succeeded',
  'failed',
  'invalid',
  'timed_out',
  'aborted',
  'rejected',
  'skipped',
  'lost',
])

export function resultIn(fields: Fields): ToolResult {
  const result = fieldsOf(fields['result'], 'result')
  countIn(result, 'index')
  textIn(result, 'id')
  textIn(result, 'name')
  const timing = fieldsOf(result['timing'], 'timing')
  for (const name of ['queuedMs', 'runMs', 'totalMs', 'attempts']) amountIn(timing, name)
  const status = textIn(result, 'status')
  if (!RESULT_STATUSES.has(status)) throw new LineFault(`no result has the status ${JSON.stringify(status)}`)
  if (result['success'] !== (status === 'succeeded')) throw new LineFault('expected success to agree with status')
  if (status !== 'succeeded') textIn(fieldsOf(result['error'], 'error'), 'message')
  else if (result['data'] === undefined) throw new LineFault('expected a result that succeeded to have data')
  return result as unknown as ToolResult
}

const RUN_STATUSES: readonly AgentStatus[] = [
  'done',
  'aborted',
  'max_iterations',
  'budget',
  'awaiting_approval',
  'failed',
]

export function runStatusIn(fields: Fields): AgentStatus {
  const status = textIn(fields, 'status')
  const known = RUN_STATUSES.find((each) => each === status)
  if (known === undefined) throw new LineFault(`no run has the status ${JSON.stringify(status)}`)
  return known
}
