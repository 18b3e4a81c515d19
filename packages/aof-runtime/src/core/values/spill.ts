/** The content of a file: text and bytes in pieces, so that writing a large file does not block other calls. */
export type SpillContent = Iterable<string | Uint8Array> | Blob

/**
 * The port for values that are too large for a result: a store of files, or of anything like them. `aof-runtime` supplies a
 * store of files that only their owner can read.
 */
export interface SpillStore {
  /**
   * Writes `content` to a new file.
   *
   * @param name the end of the new file's name, which describes it: letters, digits, `.`, `_` and `-`
   * @param maxBytes the most bytes; if there are more, the promise rejects and no file is left
   */
  write(name: string, content: SpillContent, maxBytes: number): Promise<SpilledFile>
  /** The whole text of a file that this store has written. */
  read(file: SpilledFile): Promise<string>
  /** Removes a file that this store has written. Without this method all files stay until the store is closed. */
  remove?(file: SpilledFile): Promise<void>
  /** Closes the store and removes what it made for itself. Nothing is written afterwards. */
  close(): Promise<void>
}

/** Options of the files for results that are too large. */
export interface SpillOptions {
  /**
   * The directory of the files. It is created if it does not exist, and stays when the executor is closed.
   * @default a directory of the executor's own below the system's temporary one, removed when the executor is closed
   */
  readonly directory?: string
  /**
   * The time at which the files are removed, at the latest when the executor is closed: with `batch`, when their batch is
   * settled, for nested calls the batch of the outermost call (results keep their previews; steps of plans and `$result` read
   * the whole before); with `run`, when their run ends: a named run at `executor.endRun`, an agent's run at its end, a batch
   * without a run's name when it is settled; with `close`, not before.
   * @default 'close'
   */
  readonly removeAfter?: SpillLifetime
  /**
   * The most bytes of all files together: at least 2. If there is no room, files of runs that have ended are removed, the
   * oldest first, and reported (the event `files_removed`, and a warning to the logger); if that is not enough, the result
   * fails with `result_too_large`. A file counts once it is written.
   * @default 1 073 741 824 (1 GiB)
   */
  readonly maxTotalBytes?: number
}

export const SPILL_OPTIONS: ReadonlySet<string> = namesOf<SpillOptions>()('directory removeAfter maxTotalBytes')

/** Opens the store of one executor; it must not touch anything before its first `write`. */
export type SpillStoreOpener = (options: SpillOptions) => SpillStore

/** A name that is safe in every file system, made from any label. */
export function spillName(label: string, extension: string): string {
  return `${label.slice(0, 40).replace(/[^A-Za-z0-9_-]/g, '_')}.${extension.slice(0, 10).replace(/[^a-z0-9]/g, '') || 'bin'}`
}

/** A store that is opened at its first use, so that its code is loaded only then. */
export function lazySpillStore(make: () => Promise<SpillStore>): SpillStore {
  let opened: Promise<SpillStore> | undefined
  let isClosed = false
  return {
    write: async (name, content, maxBytes) => {
      if (isClosed) throw new Error('the executor has been closed')
      opened ??= make()
      return (await opened).write(name, content, maxBytes)
    },
    read: async (file) => {
      if (opened === undefined) throw new Error('there is no such file')
      return (await opened).read(file)
    },
    remove: async (file) => (await opened)?.remove?.(file),
    close: async () => {
      isClosed = true
      const store = await opened?.catch(() => undefined)
      await store?.close()
    },
  }
}
import { namesOf } from '../contract/option-names.ts'
import type { SpilledFile } from '../contract/result.ts'

/** When the files of large results are removed. */
export type SpillLifetime = 'close' | 'run' | 'batch'
