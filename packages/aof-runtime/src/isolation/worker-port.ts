import process from 'node:process'
import { type MessagePort, parentPort } from 'node:worker_threads'
import type { FromWorker, ToWorker } from './protocol.ts'

/** A worker's connection to its executor: the same for threads and processes. */
export interface WorkerPort {
  /** @throws if the message cannot be cloned */
  send(message: FromWorker): void
  /** Sends, and resolves when nothing can lose the message any more, not even the end of the worker. */
  sendSafely(message: FromWorker): Promise<void>
  listen(listener: (message: ToWorker) => void): void
}

/** The port of the worker that this code runs in. */
export function workerPort(): WorkerPort {
  return parentPort === null ? new ProcessPort() : new ThreadPort(parentPort)
}

class ThreadPort implements WorkerPort {
  readonly #port: MessagePort

  constructor(port: MessagePort) {
    this.#port = port
  }

  send(message: FromWorker): void {
    this.#port.postMessage(message)
  }

  // A posted message is delivered even if the thread ends at once.
  async sendSafely(message: FromWorker): Promise<void> {
    this.send(message)
  }

  listen(listener: (message: ToWorker) => void): void {
    this.#port.on('message', listener)
  }
}

class ProcessPort implements WorkerPort {
  // Read before a tool is loaded, which might replace it.
  readonly #send = process.send?.bind(process)

  send(message: FromWorker): void {
    // Without a callback, a closed channel would be an uncaught error.
    this.#send?.(message, undefined, undefined, () => {})
  }

  sendSafely(message: FromWorker): Promise<void> {
    return new Promise((resolve) => this.#send?.(message, undefined, undefined, () => resolve()))
  }

  listen(listener: (message: ToWorker) => void): void {
    process.on('message', listener)
  }
}
