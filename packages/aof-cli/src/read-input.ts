import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'

/** What stands for standard input in place of a file's name. */
export const STANDARD_INPUT = '-'

/**
 * The bytes of a file, or of standard input for `-`; one byte more than `maxBytes` where there is more, so that
 * whatever takes them can tell. Never reads on, so that a device without an end does no harm.
 *
 * @throws the error of the system where it cannot be read
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
