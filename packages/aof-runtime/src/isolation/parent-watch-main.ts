/** The thread of a worker process that waits for the end of the parent. */
import { Socket } from 'node:net'
import { endThisProcess } from './descendants.ts'
import { LIFELINE_FD } from './parent-watch.ts'

const lifeline = new Socket({ fd: LIFELINE_FD, readable: true, writable: false })
lifeline.once('close', endThisProcess)
lifeline.once('error', endThisProcess)
lifeline.resume()
