import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { Redactor } from './redact.ts'

type Delta = Extract<LanguageModelV4StreamPart, { type: 'text-delta' | 'reasoning-delta' | 'tool-input-delta' }>

/**
 * Removes secrets from the parts of a stream, even from a secret in several pieces: text that may begin a secret waits for
 * the text after it. Everything else stays unchanged.
 */
export class RedactedParts {
  readonly #redactor: Redactor
  /** The waiting text of each block, as a delta. */
  readonly #waiting = new Map<string, Delta>()

  constructor(redactor: Redactor) {
    this.#redactor = redactor
  }

  /** The parts to record after the arrival of `part`. */
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

  /** The text that still waits at the end of the stream. */
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
