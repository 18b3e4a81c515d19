import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { ToolResult } from 'aof-runtime'
import type { CallArrivingEvent } from 'aof-runtime/agent/internal'

/** A call as the model wrote it. */
export interface LoggedCall {
  /** Its place in the turn, from 0. */
  readonly index: number
  readonly id: string
  readonly name: string
  /** The arguments, parsed; the model's text, as far as it came, where that is no JSON; absent where none of it came. */
  readonly arguments?: unknown
}

/** What the model wrote of its calls, beside what became of them. */
export class CallLog {
  readonly #calls: Omit<LoggedCall, 'arguments'>[] = []
  /** The arguments of calls as far as they came, by place. */
  readonly #arguments = new Map<number, string>()
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

  /** The next part of the answer. */
  take(part: LanguageModelV4StreamPart): void {
    if (part.type === 'tool-input-delta') {
      const index = this.#begun.get(part.id)
      if (index !== undefined) this.#arguments.set(index, (this.#arguments.get(index) ?? '') + part.delta)
      return
    }
    if (part.type !== 'tool-call') return
    const begun = this.#begun.get(part.toolCallId)
    this.#begun.delete(part.toolCallId)
    if (part.providerExecuted === true) {
      this.leftToProvider++
      if (begun !== undefined) this.#foreign.add(begun)
    } else if (begun !== undefined) this.#arguments.set(begun, part.input)
  }

  /** The calls that are ours to answer, in call order. */
  get calls(): LoggedCall[] {
    return this.#calls.flatMap((call) => {
      if (this.#foreign.has(call.index)) return []
      const written = this.#arguments.get(call.index)
      return [written === undefined ? call : { ...call, arguments: valueOf(written) }]
    })
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
