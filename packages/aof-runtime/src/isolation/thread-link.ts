import process from 'node:process'
import type { Readable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { thrownMessage } from '../core/values/failure.ts'
import { isInstance } from '../core/contract/safe-checks.ts'
import { entryFile } from './entry-file.ts'
import { LineFeed } from './line-feed.ts'
import type { FromWorker } from './protocol.ts'
import { endedItself, type Loss, outOfMemory, startProblem, type WorkerEvents, type WorkerLink } from './worker-link.ts'

export function openThread(maxMemoryMb: number | undefined, events: WorkerEvents): WorkerLink {
  const worker = new Worker(entryFile('worker-main'), {
    // A thread inherits the flags of this process, and refuses to start with those of a program given as text.
    ...(process.execArgv.some((flag) => flag.startsWith('--input-type')) && { execArgv: [] }),
    ...(maxMemoryMb !== undefined && { resourceLimits: { maxOldGenerationSizeMb: maxMemoryMb } }),
  })
  const gone = listenTo(worker, maxMemoryMb, events)
  return {
    send: (message) => worker.postMessage(message),
    async kill() {
      void worker.terminate()
      await gone
    },
    hold: (holds) => (holds ? worker.ref() : worker.unref()),
  }
}

/** Passes on the events of a thread. Resolves when it has ended. */
function listenTo(worker: Worker, maxMemoryMb: number | undefined, events: WorkerEvents): Promise<void> {
  const stdout = new LineFeed((line) => events.output('info', line))
  const stderr = new LineFeed((line) => events.output('warn', line))
  readUnheld(worker.stdout, stdout)
  readUnheld(worker.stderr, stderr)
  worker.on('message', (message: FromWorker) => events.message(message))
  let failed: { readonly thrown: unknown } | undefined
  worker.on('error', (thrown: unknown) => (failed = { thrown }))
  // The message cannot be read, so the thread cannot be trusted any more.
  worker.on('messageerror', () => void worker.terminate())
  return new Promise((resolve) => {
    worker.on('exit', (code) => {
      events.gone(failed === undefined ? { why: endedItself(code) } : failure(failed.thrown, maxMemoryMb))
      resolve()
    })
  })
}

/**
 * Reads a thread's output without keeping this process alive. The streams of the options `stdout` and `stderr` would
 * keep it alive: reading them holds a port that `unref` does not release. The default streams, which are piped to this
 * process's own, do not; they are unpiped here before any output arrives.
 */
function readUnheld(stream: Readable, feed: LineFeed): void {
  stream.unpipe()
  stream.on('data', (chunk: Uint8Array) => feed.write(chunk))
  stream.resume()
}

function failure(thrown: unknown, maxMemoryMb: number | undefined): Loss {
  const code = isInstance(thrown, Error) && 'code' in thrown ? thrown.code : undefined
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return { why: outOfMemory(maxMemoryMb), cause: thrown }
  if (code === 'ERR_WORKER_INIT_FAILED') return { why: startProblem(thrown), cause: thrown }
  return { why: `failed: ${thrownMessage(thrown)}`, cause: thrown }
}
