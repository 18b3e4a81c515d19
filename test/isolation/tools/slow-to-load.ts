/** Ends loading only when its worker gets a message, such as an abort; reports when it begins to wait for one. */
import { parentPort } from 'node:worker_threads'

console.log('loading')
await new Promise((resolve) => (parentPort ?? process).once('message', resolve))

export default (): string => 'ran'
