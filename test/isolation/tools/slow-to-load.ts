/** Is loaded only when its worker has been told something, such as an abort. */
import { parentPort } from 'node:worker_threads'

await new Promise((resolve) => (parentPort ?? process).once('message', resolve))

export default (): string => 'ran'
