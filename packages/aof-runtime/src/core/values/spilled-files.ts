import { append } from '../collections/multimap.ts'
import type { SpillLifetime, SpillStore } from './spill.ts'
import type { SpilledFile } from '../contract/result.ts'

/** The batch that files belong to, as {@link SpilledFiles} sees it. */
export interface FileOwner {
  readonly run: string
  /** Whether its run is named, so that other batches may belong to it. */
  readonly isNamedRun: boolean
  /** Calls `act` once when the batch is settled. */
  whenSettled(act: () => void): void
}

/** The parameters of {@link SpilledFiles}. */
export interface SpilledFilesSetup {
  readonly store: SpillStore
  readonly maxTotalBytes: number
  readonly removeAfter: SpillLifetime
  /** Called when files of a run that has ended were removed because the store was full. */
  readonly onRemoved: (run: string, files: number, bytes: number) => void
}

interface OwnedFile {
  readonly file: SpilledFile
  readonly owner: FileOwner
}

/**
 * The files of one executor's large results.
 *
 * Duty: remove files when their lifetime ends, and limit all of them together to `maxTotalBytes`.
 * Boundary: the store writes and removes files; the owner of a file reports its end.
 * 1. A file is removed once, and never while its batch is under way.
 * 2. If there is no room, files of runs that have ended are removed, the oldest first; if that is not enough, the new file is
 *    refused.
 */
export class SpilledFiles {
  readonly #setup: SpilledFilesSetup
  /** In the order in which they were written. */
  readonly #files = new Set<OwnedFile>()
  /** Batches that are under way and have files. */
  readonly #live = new Set<FileOwner>()
  /** Runs that go on even if none of their batches is under way. */
  readonly #held = new Set<string>()
  #bytes = 0

  constructor(setup: SpilledFilesSetup) {
    this.#setup = setup
  }

  /**
   * Adds a file that was written.
   *
   * @returns rejects if there is no room for the file, and removes it then
   */
  async add(file: SpilledFile, owner: FileOwner): Promise<void> {
    const owned = { file, owner }
    this.#files.add(owned)
    this.#bytes += file.bytes
    if (!this.#live.has(owner)) {
      this.#live.add(owner)
      owner.whenSettled(() => this.#settled(owner))
    }
    this.#makeRoom()
    const { maxTotalBytes } = this.#setup
    if (this.#bytes <= maxTotalBytes) return
    await this.#remove([owned])
    throw new Error(`the files of large results may have ${maxTotalBytes} bytes together (spill.maxTotalBytes)`)
  }

  /** The run goes on until {@link end}, also between its batches. */
  hold(run: string): void {
    this.#held.add(run)
  }

  /** Ends a run. */
  async end(run: string): Promise<void> {
    this.#held.delete(run)
    if (this.#setup.removeAfter !== 'close') await this.#remove(this.#of((owner) => owner.run === run))
  }

  #settled(owner: FileOwner): void {
    this.#live.delete(owner)
    const { removeAfter } = this.#setup
    if (removeAfter === 'batch' || (removeAfter === 'run' && !owner.isNamedRun))
      void this.#remove(this.#of((each) => each === owner))
  }

  #of(owns: (owner: FileOwner) => boolean): OwnedFile[] {
    return [...this.#files].filter(({ owner }) => owns(owner) && !this.#live.has(owner))
  }

  #makeRoom(): void {
    const { maxTotalBytes, onRemoved } = this.#setup
    if (this.#bytes <= maxTotalBytes) return
    const liveRuns = new Set([...this.#live].map(({ run }) => run))
    const removed = new Map<string, OwnedFile[]>()
    let over = this.#bytes - maxTotalBytes
    for (const owned of this.#files) {
      if (over <= 0) break
      const { run } = owned.owner
      if (liveRuns.has(run) || this.#held.has(run)) continue
      append(removed, run, owned)
      over -= owned.file.bytes
    }
    // Removing files would not make enough room.
    if (over > 0) return
    for (const [run, files] of removed) {
      void this.#remove(files)
      const bytes = files.reduce((sum, { file }) => sum + file.bytes, 0)
      onRemoved(run, files.length, bytes)
    }
  }

  /** Removes files. An error of the store is ignored, since no result depends on it. */
  async #remove(files: readonly OwnedFile[]): Promise<void> {
    for (const owned of files) {
      if (this.#files.delete(owned)) this.#bytes -= owned.file.bytes
    }
    await Promise.allSettled(files.map(async ({ file }) => this.#setup.store.remove?.(file)))
  }
}
