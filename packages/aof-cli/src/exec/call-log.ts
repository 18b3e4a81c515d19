import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { ToolResult } from 'aof-runtime'
import type { CallArrivingEvent } from 'aof-runtime/internal/agent'
import { parsedJson } from '../text.ts'

/** A call as written by the model. */
export interface LoggedCall {
  /** Its index in the turn, from 0. */
  readonly index: number
  readonly id: string
  readonly name: string
  /** The parsed arguments; the text received so far if it is not JSON; absent if no text was received. */
  readonly arguments?: unknown
}

/** The calls as the model wrote them, independent of their results. */
export class CallLog {
  readonly #calls: Omit<LoggedCall, 'arguments'>[] = []
  /** The argument text received so far, by index of the call. */
  readonly #arguments = new Map<number, string>()
  /** The indexes of started calls, by the provider's id. */
  readonly #begun = new Map<string, number>()
  /** Indexes of calls that the provider runs itself. */
  readonly #foreign = new Set<number>()
  /** Number of calls that the provider runs itself. */
  leftToProvider = 0

  /** Records the index of a call. */
  begin({ index, id, name }: CallArrivingEvent): void {
    this.#calls[index] = { index, id, name }
    this.#begun.set(id, index)
  }

  /** Records the next part of the answer. */
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

  /** The calls that `aof` answers, in call order. */
  get calls(): LoggedCall[] {
    return this.#calls.flatMap((call) => {
      if (this.#foreign.has(call.index)) return []
      const written = this.#arguments.get(call.index)
      return [
        written === undefined
          ? call
          : { ...call, arguments: written.trim() === '' ? {} : parsedJson(written, written) },
      ]
    })
  }

  /** The results of the calls that `aof` answers. */
  own(results: readonly ToolResult[]): ToolResult[] {
    return results.filter(({ index }) => !this.#foreign.has(index))
  }
}
