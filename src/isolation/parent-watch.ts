import process from 'node:process'
import { Worker } from 'node:worker_threads'
import { endThisProcess } from './descendants.ts'
import { entryFile } from './entry-file.ts'

/** The file descriptor of a pipe to the parent: it closes when the parent is gone, however it went. */
export const LIFELINE_FD = 4

/**
 * Ends this worker process, and what it has started, with its parent. The lifeline is watched in a thread of its own,
 * since a tool may keep the main thread from hearing anything.
 */
export function watchParent(): void {
  process.once('disconnect', endThisProcess)
  new Worker(entryFile('parent-watch-main')).unref()
}
