import {
  type CallHandle,
  type CallOptions,
  type OpenBatch,
  type Slot,
  type ToolCall,
  type ToolEvent,
  ToolExecutor,
  type ToolExecutorOptions,
  type ToolResult,
} from 'aof-runtime'
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
    return new ObservedBatch(batch, (index, written) => this.#observer.arguments(turn, index, written))
  }
}

type ArgumentsListener = (index: number, written: string) => void

class ObservedBatch implements OpenBatch {
  readonly #batch: OpenBatch
  readonly #listener: ArgumentsListener

  constructor(batch: OpenBatch, listener: ArgumentsListener) {
    this.#batch = batch
    this.#listener = listener
  }

  get size(): number {
    return this.#batch.size
  }

  reserve(call: { readonly id: string; readonly name: string }): Slot {
    const slot = this.#batch.reserve(call)
    return {
      index: slot.index,
      result: () => slot.result(),
      drop: (reason) => slot.drop(reason),
      complete: (args) => {
        this.#listener(slot.index, valueText(args))
        slot.complete(args)
      },
    }
  }

  add(call: ToolCall): CallHandle {
    this.#listener(this.#batch.size, valueText(call.arguments))
    return this.#batch.add(call)
  }

  close(): void {
    this.#batch.close()
  }

  results(): Promise<ToolResult[]> {
    return this.#batch.results()
  }

  [Symbol.asyncIterator](): AsyncIterator<ToolResult> {
    return this.#batch[Symbol.asyncIterator]()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#batch[Symbol.asyncDispose]() as Promise<void>
  }
}
