/** A tool result as somebody saw it. */
export interface SeenResult {
  /** Of the call that it answers. */
  readonly id: string
  /** Its beginning. */
  readonly text: string
  /** Of the whole text, in characters. */
  readonly length: number
  /** Whether it says of itself that the call failed; undefined where its form has no place for that. */
  readonly isError: boolean | undefined
}

/** Enough for a page and for an error's words. */
const KEPT_LENGTH = 400

/** What a model was given when it was asked again. */
export interface Given {
  readonly results: readonly SeenResult[]
  /** The ids of its own calls as they are in front of it now, where an SDK may have changed them. */
  readonly callIds: readonly string[] | undefined
}

/** Notes what becomes of a run's results, even if the run itself never ends. */
export class Ledger {
  /** For each time that the model was asked with results. */
  readonly given: Given[] = []
  #kept: readonly SeenResult[] = []

  /** The model is asked again, and these are the results in front of it. */
  give(results: readonly SeenResult[], callIds?: readonly string[]): void {
    this.given.push({ results, callIds })
  }

  /** The caller has these results now, in the history or by events. */
  keep(results: readonly SeenResult[]): void {
    this.#kept = results
  }

  get kept(): readonly SeenResult[] {
    return this.#kept
  }
}

/** A result whose text is `value`, or its JSON where it is none. */
export function seen(id: string, value: unknown, isError?: boolean): SeenResult {
  const text = typeof value === 'string' ? value : (safeJson(value) ?? String(value))
  return { id, text: text.slice(0, KEPT_LENGTH), length: text.length, isError }
}

function safeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
