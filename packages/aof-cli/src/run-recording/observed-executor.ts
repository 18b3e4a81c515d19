import { type CallOptions, type OpenBatch, type ToolEvent, ToolExecutor, type ToolExecutorOptions } from 'aof-runtime'
import { valueText } from '../text.ts'

/** An observer of the calls of an executor. */
export interface CallObserver {
  /** Called when the arguments of a call, as written by the model, are complete; it has not started yet. */
  arguments(turn: number, index: number, written: string): void
  /** Called for each event of a batch as it happens. */
  event(event: ToolEvent): void
}

/** An executor that reports the calls of its open batches with their arguments, which events do not contain. */
export class ObservedExecutor extends ToolExecutor {
  readonly #observer: CallObserver

  constructor(options: ToolExecutorOptions, observer: CallObserver) {
    super(options)
    this.#observer = observer
  }

  override openBatch(options: CallOptions = {}): OpenBatch {
    const { onEvent, turn = 0 } = options
    const batch = super.openBatch({
      ...options,
      onEvent: (event) => {
        this.#observer.event(event)
        onEvent?.(event)
      },
    })
    return observedBatch(batch, (index, written) => this.#observer.arguments(turn, index, valueText(written)))
  }
}

/** @param completed called with the arguments of a call before the call is complete */
function observedBatch(batch: OpenBatch, completed: (index: number, written: unknown) => void): OpenBatch {
  return {
    get size() {
      return batch.size
    },
    reserve: (call) => {
      const slot = batch.reserve(call)
      return {
        index: slot.index,
        result: () => slot.result(),
        drop: (reason) => slot.drop(reason),
        complete: (args) => {
          completed(slot.index, args)
          slot.complete(args)
        },
      }
    },
    add: (call) => {
      completed(batch.size, call.arguments)
      return batch.add(call)
    },
    close: () => batch.close(),
    results: () => batch.results(),
    [Symbol.asyncIterator]: () => batch[Symbol.asyncIterator](),
    [Symbol.asyncDispose]: () => batch[Symbol.asyncDispose](),
  }
}
