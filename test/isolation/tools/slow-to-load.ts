/** Is loaded only when its worker has been told something, such as an abort; it says when it begins to wait for that. */
import { parentPort } from 'node:worker_threads'

console.log('loading')
await new Promise((resolve) => (parentPort ?? process).once('message', resolve))

export default (): string => 'ran'
