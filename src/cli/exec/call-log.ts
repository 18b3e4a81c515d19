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
  /** The places of calls, by the provider's id: of the newest one where it comes twice. */
  readonly #places = new Map<string, number>()
  /** Places of calls that turned out to be the provider's own. */
  readonly #foreign = new Set<number>()
  leftToProvider = 0

  /** A call got its place. */
  begin({ index, id, name }: CallArrivingEvent): void {
    this.#calls[index] = { index, id, name }
    this.#places.set(id, index)
  }

  /** A part of the answer, after the turn took it. */
  take(part: LanguageModelV4StreamPart): void {
    if (part.type !== 'tool-call') return
    const place = this.#places.get(part.toolCallId)
    const call = place === undefined ? undefined : this.#calls[place]
    if (part.providerExecuted === true) {
      this.leftToProvider++
      if (call !== undefined && !('arguments' in call)) this.#foreign.add(call.index)
    } else if (call !== undefined) this.#calls[call.index] = { ...call, arguments: valueOf(part.input) }
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

function valueOf(input: string): unknown {
  if (input.trim() === '') return {}
  try {
    return JSON.parse(input)
  } catch {
    return input
  }
}
