import { Buffer } from 'node:buffer'

/**
 * The output of a program. The beginning and the end are kept, and the middle is dropped as it arrives.
 *
 * Duty: bounded memory for output of any length, and well-formed text.
 * 1. At most `maxBytes` are kept; if there are no more than that, all of them.
 * 2. A character that the cut divides is left out; bytes that are not UTF-8 become U+FFFD.
 */
export class CappedOutput {
  readonly #headBytes: number
  readonly #tailBytes: number
  readonly #head: Buffer[] = []
  #headSize = 0
  #tail: Buffer[] = []
  #tailSize = 0
  #size = 0

  /** @param maxBytes at least 2 */
  constructor(maxBytes: number) {
    this.#headBytes = Math.ceil(maxBytes / 2)
    this.#tailBytes = maxBytes - this.#headBytes
  }

  /** Number of bytes written, including those that were dropped. */
  get size(): number {
    return this.#size
  }

  add(chunk: Buffer): void {
    this.#size += chunk.length
    const room = this.#headBytes - this.#headSize
    const first = chunk.subarray(0, room)
    if (first.length > 0) {
      this.#head.push(first)
      this.#headSize += first.length
    }
    if (chunk.length > room) this.#addToTail(chunk.subarray(room))
  }

  /** The text, with a line in place of the dropped bytes. */
  text(): string {
    const head = Buffer.concat(this.#head)
    const tail = Buffer.concat(this.#tail).subarray(Math.max(0, this.#tailSize - this.#tailBytes))
    const left = this.#size - head.length - tail.length
    if (left === 0) return decode(Buffer.concat([head, tail]))
    return `${decode(head.subarray(0, wholeEnd(head)))}\n[… ${left} bytes left out …]\n${decode(tail.subarray(wholeBegin(tail)))}`
  }

  #addToTail(chunk: Buffer): void {
    const last = chunk.subarray(-this.#tailBytes)
    this.#tail.push(last)
    this.#tailSize += last.length
    // Chunks are joined from time to time, so that neither many small ones nor old ones stay in memory.
    if (this.#tailSize < 2 * this.#tailBytes && this.#tail.length < 256) return
    const joined = Buffer.concat(this.#tail).subarray(-this.#tailBytes)
    this.#tail = [Buffer.from(joined)]
    this.#tailSize = joined.length
  }
}

function decode(bytes: Buffer): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

/** The length of `bytes` without an incomplete last character. */
function wholeEnd(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) break
    if (byte >= 0xc0) return back < sequenceLength(byte) ? bytes.length - back : bytes.length
  }
  return bytes.length
}

/** The index of the first complete character. */
function wholeBegin(bytes: Buffer): number {
  let at = 0
  while (at < Math.min(3, bytes.length) && ((bytes[at] ?? 0) & 0xc0) === 0x80) at++
  return at
}

function sequenceLength(lead: number): number {
  return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
}
