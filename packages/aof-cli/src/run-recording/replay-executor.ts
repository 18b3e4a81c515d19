import { type CallOptions, type OpenBatch, ToolExecutor, type ToolExecutorOptions } from 'aof-runtime'
import type { CallObserver } from './observed-executor.ts'
import type { Replay } from './replay.ts'
import { ReplayBatch } from './replay-batch.ts'

/** An executor without tools: its open batches answer each call with the recorded result. */
export class ReplayExecutor extends ToolExecutor {
  readonly #replay: Replay
  readonly #observer: CallObserver
  #batches = 0

  constructor(options: ToolExecutorOptions, replay: Replay, observer: CallObserver) {
    super(options)
    this.#replay = replay
    this.#observer = observer
  }

  override openBatch(options: CallOptions = {}): OpenBatch {
    return new ReplayBatch({ replay: this.#replay, observer: this.#observer, options, number: ++this.#batches })
  }
}
