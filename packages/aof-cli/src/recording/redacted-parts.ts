import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { Redactor } from './redact.ts'

type Delta = Extract<LanguageModelV4StreamPart, { type: 'text-delta' | 'reasoning-delta' | 'tool-input-delta' }>

/**
 * The parts of a stream without secrets, also where one came in pieces: what may be the beginning of a secret waits for
 * what comes after it. Everything else stays as it is.
 */
export class RedactedParts {
  readonly #redactor: Redactor
  /** What waits, as a delta of its own, by the block that it belongs to. */
  readonly #waiting = new Map<string, Delta>()

  constructor(redactor: Redactor) {
    this.#redactor = redactor
  }

  /** The parts to be recorded now that `part` has come. */
  take(part: LanguageModelV4StreamPart): LanguageModelV4StreamPart[] {
    switch (part.type) {
      case 'text-delta':
      case 'reasoning-delta':
      case 'tool-input-delta':
        return [this.#takeDelta(part)]
      case 'text-end':
      case 'reasoning-end':
      case 'tool-input-end':
        return [...this.#release(`${part.type.slice(0, -'end'.length)}delta ${part.id}`), part]
      default:
        return [part]
    }
  }

  /** What still waits; nothing more will come. */
  end(): LanguageModelV4StreamPart[] {
    return [...this.#waiting.keys()].flatMap((block) => this.#release(block))
  }

  #takeDelta(part: Delta): Delta {
    const block = `${part.type} ${part.id}`
    const text = this.#redactor.redact((this.#waiting.get(block)?.delta ?? '') + part.delta)
    const clear = text.length - this.#redactor.unfinished(text)
    if (clear < text.length) this.#waiting.set(block, { ...part, delta: text.slice(clear) })
    else this.#waiting.delete(block)
    return { ...part, delta: text.slice(0, clear) }
  }

  #release(block: string): Delta[] {
    const waiting = this.#waiting.get(block)
    this.#waiting.delete(block)
    return waiting === undefined ? [] : [waiting]
  }
}
