/** The program of worker threads and worker processes. The first message is the settings; calls follow. */
import { isMainThread } from 'node:worker_threads'
import { watchParent } from './parent-watch.ts'
import { ToolWorker } from './tool-worker.ts'
import { workerPort } from './worker-port.ts'

// A thread ends with its process anyway.
if (isMainThread) watchParent()

const port = workerPort()
let worker: ToolWorker | undefined
port.listen((message) => {
  if (message.type === 'settings') worker ??= new ToolWorker(port, message)
  else worker?.hear(message)
})
