import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { type FileHandle, mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import type { SpillContent, SpillOptions, SpillStore } from '../core/values/spill.ts'
import type { SpilledFile } from '../core/contract/result.ts'

/** Approximate size of one write, in bytes. */
const CHUNK = 65_536

/**
 * Stores results that are too large in files that only their owner can read (mode 0600).
 *
 * 1. Nothing is touched before the first `write`.
 * 2. A file is written whole or not at all; a file of another owner is never overwritten.
 * 3. After `close`, and when the process exits, nothing is written, and the directory that the store created is
 *    removed. A directory that was given to it stays, with its files. (If a signal without a handler ends the process,
 *    there is no exit event: then the directory stays.)
 */
export class FileStore implements SpillStore {
  readonly #given: string | undefined
  /** Distinguishes the files of this store from others in a shared directory. */
  readonly #prefix: string
  #directory: Promise<string> | undefined
  #files = 0
  readonly #writing = new Set<Promise<SpilledFile>>()
  #isClosed = false

  constructor({ directory }: SpillOptions) {
    this.#given = directory
    this.#prefix = directory === undefined ? '' : `aof-${randomBytes(6).toString('hex')}-`
  }

  async write(name: string, content: SpillContent, maxBytes: number): Promise<SpilledFile> {
    if (this.#isClosed) throw new Error('the executor has been closed')
    const writing = this.#write(name, content, maxBytes)
    this.#writing.add(writing)
    try {
      return await writing
    } finally {
      this.#writing.delete(writing)
    }
  }

  async read({ path }: SpilledFile): Promise<string> {
    return readFile(path, 'utf8')
  }

  async remove({ path }: SpilledFile): Promise<void> {
    await rm(path, { force: true })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled(this.#writing)
    if (this.#given !== undefined || this.#directory === undefined) return
    const directory = await this.#directory
    await rm(directory, { recursive: true, force: true })
    if (made.delete(directory) && made.size === 0) process.off('exit', removeAll)
  }

  async #write(name: string, content: SpillContent, maxBytes: number): Promise<SpilledFile> {
    this.#directory ??= this.#open()
    const path = join(await this.#directory, `${this.#prefix}${++this.#files}-${name.replace(/[^\w.-]/g, '_')}`)
    const file = await open(path, 'wx', 0o600)
    try {
      const bytes = await fill(file, content, maxBytes)
      await file.close()
      return { path, bytes }
    } catch (error) {
      await file.close().catch(() => {})
      await rm(path, { force: true }).catch(() => {})
      throw error
    }
  }

  async #open(): Promise<string> {
    if (this.#given === undefined) return removedAtExit(await mkdtemp(join(tmpdir(), 'aof-')))
    const directory = resolve(this.#given)
    await mkdir(directory, { recursive: true, mode: 0o700 })
    return directory
  }
}

/** Directories that this process created and has not removed. */
const made = new Set<string>()

function removedAtExit(directory: string): string {
  if (made.size === 0) process.on('exit', removeAll)
  made.add(directory)
  return directory
}

function removeAll(): void {
  for (const directory of made) {
    try {
      rmSync(directory, { recursive: true, force: true })
    } catch {
      // The process is exiting, so there is no place to report the error.
    }
  }
}

/** Writes everything in portions; other work runs in between. */
async function fill(file: FileHandle, content: SpillContent, maxBytes: number): Promise<number> {
  let total = 0
  let pending: Uint8Array[] = []
  let size = 0
  const flush = async (): Promise<void> => {
    const chunk = Buffer.concat(pending)
    pending = []
    size = 0
    await file.appendFile(chunk)
  }
  for await (const piece of content instanceof Blob ? content.stream() : content) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
    total += bytes.byteLength
    if (total > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`)
    pending.push(bytes)
    size += bytes.byteLength
    if (size >= CHUNK) await flush()
  }
  await flush()
  return total
}
