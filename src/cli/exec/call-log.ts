import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { CallArrivingEvent } from '../../agent/events.ts'
import type { ToolResult } from '../../core/result.ts'

/** A call as the model wrote it. */
export interface LoggedCall {
  /** Its place in the turn, from 0. */
  readonly index: number
  readonly id: string
  readonly name: string
  /** The arguments, parsed; the model's text where that is no JSON; absent where they were never complete. */
  readonly arguments?: unknown
}

/** What the model wrote of its calls, beside what became of them. */
export class CallLog {
  readonly #calls: LoggedCall[] = []
  /** The places of calls that have begun, by the provider's id. */
  readonly #begun = new Map<string, number>()
  /** Places of calls that turned out to be the provider's own. */
  readonly #foreign = new Set<number>()
  /** How many calls are the provider's own to run. */
  leftToProvider = 0

  /** A call got its place. */
  begin({ index, id, name }: CallArrivingEvent): void {
    this.#calls[index] = { index, id, name }
    this.#begun.set(id, index)
  }

  /** The arguments of a call are complete. */
  complete(index: number, written: string): void {
    const call = this.#calls[index]
    if (call !== undefined) this.#calls[index] = { ...call, arguments: valueOf(written) }
  }

  /** The next part of the answer. */
  take(part: LanguageModelV4StreamPart): void {
    if (part.type !== 'tool-call') return
    const begun = this.#begun.get(part.toolCallId)
    this.#begun.delete(part.toolCallId)
    if (part.providerExecuted !== true) return
    this.leftToProvider++
    if (begun !== undefined) this.#foreign.add(begun)
  }

  /** The calls that are ours to answer, in call order. */
  get calls(): LoggedCall[] {
    return this.#calls.filter(({ index }) => !this.#foreign.has(index))
  }

  /** Of the results those that are ours to give. */
  own(results: readonly ToolResult[]): ToolResult[] {
    return results.filter(({ index }) => !this.#foreign.has(index))
  }
}

function valueOf(written: string): unknown {
  if (written.trim() === '') return {}
  try {
    return JSON.parse(written)
  } catch {
    return written
  }
}
