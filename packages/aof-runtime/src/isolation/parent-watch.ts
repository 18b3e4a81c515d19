import process from 'node:process'
import { Worker } from 'node:worker_threads'
import { endThisProcess } from './descendants.ts'
import { entryFile } from './entry-file.ts'

/** The file descriptor of a pipe to the parent. The pipe closes when the parent is gone, for any reason. */
export const LIFELINE_FD = 4

/**
 * Ends this worker process and its descendants when the parent ends. A separate thread watches the pipe, because a tool
 * may block the main thread.
 */
export function watchParent(): void {
  process.once('disconnect', endThisProcess)
  new Worker(entryFile('parent-watch-main')).unref()
}
