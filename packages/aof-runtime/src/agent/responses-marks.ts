import { fieldsOf } from '../core/contract/fields.ts'
import { isMarkedIncomplete, isMarkedUndone } from '../core/contract/turn-end.ts'

/** Whether a provider's models send the data for {@link ResponsesMarks} only if raw chunks are requested. */
export function hidesMarks(provider: string): boolean {
  return /\bresponses$/.test(provider)
}

/**
 * Marks of an incomplete answer of the Responses API that the AI SDK's parts leave out: calls that the provider marks
 * as incomplete, and the status of an answer that ended early without a reason.
 */
export class ResponsesMarks {
  #incomplete: Set<unknown> | undefined
  status: string | undefined

  /** Reads the raw value of a chunk, or of a whole answer. */
  take(raw: unknown): void {
    const { type, item, response, output, status } = fieldsOf(raw)
    if (type === 'response.output_item.done') this.#note(item, isMarkedIncomplete)
    else if (type === 'response.incomplete' || type === 'response.failed') this.#end(fieldsOf(response).status)
    else if (type === undefined && Array.isArray(output)) {
      for (const each of output) this.#note(each, isMarkedUndone)
      this.#end(status)
    }
  }

  isIncomplete(callId: string): boolean {
    return this.#incomplete?.has(callId) === true
  }

  #note(item: unknown, isMarked: (status: unknown) => boolean): void {
    const { status, call_id } = fieldsOf(item)
    if (!isMarked(status)) return
    this.#incomplete ??= new Set()
    this.#incomplete.add(call_id)
  }

  #end(status: unknown): void {
    if (typeof status === 'string' && isMarkedUndone(status)) this.status = status
  }
}
