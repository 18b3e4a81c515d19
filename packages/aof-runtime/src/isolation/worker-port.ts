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
  return parentPort === null ? processPort() : threadPort(parentPort)
}

function threadPort(port: MessagePort): WorkerPort {
  return {
    send: (message) => port.postMessage(message),
    // A posted message is delivered even if the thread ends at once.
    sendSafely: async (message) => port.postMessage(message),
    listen: (listener) => void port.on('message', listener),
  }
}

function processPort(): WorkerPort {
  // Read before a tool is loaded, which might replace it.
  const send = process.send?.bind(process)
  return {
    // Without a callback, a closed channel would be an uncaught error.
    send: (message) => void send?.(message, undefined, undefined, () => {}),
    sendSafely: (message) => new Promise((resolve) => send?.(message, undefined, undefined, () => resolve())),
    listen: (listener) => void process.on('message', listener),
  }
}
