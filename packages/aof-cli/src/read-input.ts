import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'

/** The file name that stands for standard input. */
export const STANDARD_INPUT = '-'

/**
 * The bytes of a file, or of standard input for `-`. From a longer one it reads `maxBytes` and one byte more, by which the
 * caller can see the excess. It never reads further, so an endless device does no harm.
 *
 * @throws the error of the system if it cannot be read
 */
export async function readInput(file: string, maxBytes: number): Promise<Uint8Array> {
  if (file !== STANDARD_INPUT && (await stat(file)).isDirectory()) {
    throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' })
  }
  const stream = file === STANDARD_INPUT ? process.stdin : createReadStream(file)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > maxBytes) break
  }
  return Buffer.concat(chunks).subarray(0, maxBytes + 1)
}
