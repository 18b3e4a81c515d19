import type { SpillContent, SpillStore } from '../../packages/aof-runtime/src/core/values/spill.ts'
import type { SpilledFile } from '../../packages/aof-runtime/src/core/contract/result.ts'

/** Keeps in memory what would go to files. */
export class MemoryStore implements SpillStore {
  readonly files = new Map<string, Uint8Array>()
  isClosed = false
  #written = 0

  async write(name: string, content: SpillContent, maxBytes: number): Promise<SpilledFile> {
    // As with files, others have their turn before anything is read.
    for (let i = 0; i < 5; i++) await Promise.resolve()
    const parts: BlobPart[] = content instanceof Blob ? [content] : Array.from(content as Iterable<string>)
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer())
    if (bytes.length > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`)
    const path = `/${++this.#written}-${name}`
    this.files.set(path, bytes)
    return { path, bytes: bytes.length }
  }

  text(path: string | undefined): string {
    return new TextDecoder().decode(this.files.get(path ?? ''))
  }

  async read({ path }: SpilledFile): Promise<string> {
    await Promise.resolve()
    return this.text(path)
  }

  async remove({ path }: SpilledFile): Promise<void> {
    this.files.delete(path)
  }

  async close(): Promise<void> {
    this.isClosed = true
  }
}
