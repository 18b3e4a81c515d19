/** A tool result as the model or the caller saw it. */
export interface SeenResult {
  /** The id of its call. */
  readonly id: string
  /** The beginning of its text. */
  readonly text: string
  /** The length of the whole text, in characters. */
  readonly length: number
  /** Whether the result is marked as an error; undefined if its form has no field for that. */
  readonly isError: boolean | undefined
}

/** Enough for a page and for an error's message. */
const KEPT_LENGTH = 400

/** The results in one further request to the model. */
export interface Given {
  readonly results: readonly SeenResult[]
  /** The ids of its own calls in that request, if an SDK may have changed them. */
  readonly callIds: readonly string[] | undefined
}

/** Records a run's results, even if the run itself never ends. */
export class Ledger {
  /** One entry for each request to the model that had results. */
  readonly given: Given[] = []
  #kept: readonly SeenResult[] = []

  /** Records the results in a further request to the model. */
  give(results: readonly SeenResult[], callIds?: readonly string[]): void {
    this.given.push({ results, callIds })
  }

  /** Records results that the caller has now, in the history or by events. */
  keep(results: readonly SeenResult[]): void {
    this.#kept = results
  }

  get kept(): readonly SeenResult[] {
    return this.#kept
  }
}

/** A result with the text `value`, or with its JSON if it is not a string. */
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
