/** What goes to a file: text and bytes, piece by piece so that a large one stops nobody else's work. */
export type SpillContent = Iterable<string | Uint8Array> | Blob

/**
 * The port by which what is too large for a result is kept elsewhere: a file, or whatever stands for one.
 * `aof-runtime` fills it with files that their owner alone can read.
 */
export interface SpillStore {
  /**
   * Keeps `content` under a new name.
   *
   * @param name ends the new name, and says what it is: letters, digits, `.`, `_` and `-`
   * @param maxBytes rejects where there is more, and keeps nothing then
   */
  write(name: string, content: SpillContent, maxBytes: number): Promise<SpilledFile>
  /** The whole of a file of its own, as text. */
  read(file: SpilledFile): Promise<string>
  /** Removes a file of its own. A store without it keeps what it has until it is closed. */
  remove?(file: SpilledFile): Promise<void>
  /** Gives up what the store made for itself. Nothing is written afterwards. */
  close(): Promise<void>
}

/** How results that are too large are kept. */
export interface SpillOptions {
  /**
   * Where the files go; made if it is not there, and left as it is when the executor is closed.
   * @default a directory of the executor's own below the system's temporary one, removed when the executor is closed
   */
  readonly directory?: string
  /**
   * When the files are removed, beside the closing of the executor: `batch`, when their batch is settled, that of the outermost
   * call where calls are nested (results keep their previews, steps of plans and `$result` read the whole before); `run`,
   * when their run is over, which for a named run is at `executor.endRun`, for an agent's at its end, and for a batch without a
   * name when it is settled; `close`, not before.
   * @default 'close'
   */
  readonly removeAfter?: SpillLifetime
  /**
   * How much all files together may take up, in bytes: at least 2. Where there is no room, files of runs that are over are
   * removed, the oldest first, and told of (`files_removed`, and a warning to the logger); where that is not enough, the
   * result fails with `result_too_large`. Files that are being written count when they are there.
   * @default 1 073 741 824 (1 GiB)
   */
  readonly maxTotalBytes?: number
}

/** The names of {@link SpillOptions}. */
export const SPILL_OPTIONS: ReadonlySet<string> = optionNames<SpillOptions>({
  directory: true,
  removeAfter: true,
  maxTotalBytes: true,
})

/** Makes the store of one executor; it must not touch anything before its first `write`. */
export type SpillStoreOpener = (options: SpillOptions) => SpillStore

/** A name that is harmless in any file system, from one that anybody may have made up. */
export function spillName(label: string, extension: string): string {
  return `${label.slice(0, 40).replace(/[^A-Za-z0-9_-]/g, '_')}.${extension.slice(0, 10).replace(/[^a-z0-9]/g, '') || 'bin'}`
}

/** A store that is made when it is first needed: only then is loaded what it takes. */
export class LazySpillStore implements SpillStore {
  readonly #make: () => Promise<SpillStore>
  #store: Promise<SpillStore> | undefined
  #isClosed = false

  constructor(make: () => Promise<SpillStore>) {
    this.#make = make
  }

  async write(name: string, content: SpillContent, maxBytes: number): Promise<SpilledFile> {
    if (this.#isClosed) throw new Error('the executor has been closed')
    this.#store ??= this.#make()
    return (await this.#store).write(name, content, maxBytes)
  }

  async read(file: SpilledFile): Promise<string> {
    if (this.#store === undefined) throw new Error('there is no such file')
    return (await this.#store).read(file)
  }

  async remove(file: SpilledFile): Promise<void> {
    await (await this.#store)?.remove?.(file)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const store = await this.#store?.catch(() => undefined)
    await store?.close()
  }
}
import { optionNames } from '../contract/option-names.ts'
import type { SpilledFile } from '../contract/result.ts'

/** When the files of large results are removed. */
export type SpillLifetime = 'close' | 'run' | 'batch'
