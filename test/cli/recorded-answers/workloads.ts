import { existsSync, readFileSync } from 'node:fs'
import type { DialectName } from '../../../packages/aof-cli/src/recorded-answers/dialects/dialect.ts'

/** A call that a recorded answer is known to hold. */
export interface ExpectedCall {
  readonly id: string | null
  readonly name: string
  readonly arguments: unknown
  /** The model's text, where it is not JSON. */
  readonly argumentsRaw?: string
  readonly startEvent?: number
  /** The last event that belongs to the call; null where the call never ends. */
  readonly endEvent?: number | null
  /** The event that shows that the call is complete, where that is another one; null where only the end of the stream does. */
  readonly knownCompleteEvent?: number | null
}

/** A recorded answer with what is known of it. */
export interface Recorded {
  readonly id: string
  readonly provider: string
  readonly api: DialectName
  readonly streamed: boolean
  readonly wire: string
  readonly body: string
  readonly edge?: readonly string[]
  readonly expected: { readonly calls: readonly ExpectedCall[]; readonly finishReason?: unknown }
  /** The results that went back in the next request, in order. */
  readonly results?: readonly { readonly callId: string | null; readonly content: string }[]
}

const FOLDER = new URL('../../../../shared/workloads/', import.meta.url)

/** Whether the recorded answers are there; where they are not, what needs them is skipped. */
export const hasWorkloads: boolean = existsSync(new URL('streams.parallel.jsonl', FOLDER))

/** For the title of what is skipped without them. */
export const WITHOUT_WORKLOADS = hasWorkloads ? '' : ' (skipped: ../shared/workloads is not there)'

/** The recorded answers of `streams.<set>.jsonl`; none where they are not there. */
export function recordedAnswers(set: 'parallel' | 'edge' | 'gemini-cli'): Recorded[] {
  if (!hasWorkloads) return []
  const lines = readFileSync(new URL(`streams.${set}.jsonl`, FOLDER), 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => JSON.parse(line) as Recorded)
}
