import type { SpillLifetime, SpillStore } from './spill.ts'
import type { SpilledFile } from '../contract/result.ts'

/** What {@link SpilledFiles} needs to know of the batch that the files are of. */
export interface FileOwner {
  readonly run: string
  /** Whether other batches may belong to its run. */
  readonly isNamedRun: boolean
  /** Calls `act` once when the batch is settled. */
  whenSettled(act: () => void): void
}

/** What a set of files is made with. */
export interface SpilledFilesSetup {
  readonly store: SpillStore
  readonly maxTotalBytes: number
  readonly removeAfter: SpillLifetime
  /** Files of a run that is over were removed, since the store was full. */
  readonly onRemoved: (run: string, files: number, bytes: number) => void
}

interface Kept {
  readonly file: SpilledFile
  readonly owner: FileOwner
}

/**
 * The files of one executor's large results.
 *
 * Duty: remove them when their time has come, and keep all of them together within `maxTotalBytes`.
 * Boundary: the store writes and removes; who owns a file says when it is over.
 * 1. A file is removed once, and never while a batch of its own is under way.
 * 2. Where there is no room, files of runs that are over go first, the oldest of them first; where those are not enough, the
 *    new file is refused.
 */
export class SpilledFiles {
  readonly #setup: SpilledFilesSetup
  /** In the order in which they were written. */
  readonly #kept = new Set<Kept>()
  /** Batches that are under way and have files. */
  readonly #live = new Set<FileOwner>()
  /** Runs that go on though none of their batches is under way. */
  readonly #held = new Set<string>()
  #bytes = 0

  constructor(setup: SpilledFilesSetup) {
    this.#setup = setup
  }

  /**
   * A file was written.
   *
   * @returns rejects, and removes it, where there is no room for it
   */
  async add(file: SpilledFile, owner: FileOwner): Promise<void> {
    const kept = { file, owner }
    this.#kept.add(kept)
    this.#bytes += file.bytes
    if (!this.#live.has(owner)) {
      this.#live.add(owner)
      owner.whenSettled(() => this.#settled(owner))
    }
    this.#makeRoom()
    const { maxTotalBytes } = this.#setup
    if (this.#bytes <= maxTotalBytes) return
    await this.#remove([kept])
    throw new Error(`the files of large results take up ${maxTotalBytes} bytes already (spill.maxTotalBytes)`)
  }

  /** The run goes on until {@link end}, also between its batches. */
  hold(run: string): void {
    this.#held.add(run)
  }

  /** The run is over. */
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

  #of(owns: (owner: FileOwner) => boolean): Kept[] {
    return [...this.#kept].filter(({ owner }) => owns(owner) && !this.#live.has(owner))
  }

  #makeRoom(): void {
    const { maxTotalBytes, onRemoved } = this.#setup
    if (this.#bytes <= maxTotalBytes) return
    const liveRuns = new Set([...this.#live].map(({ run }) => run))
    const removed = new Map<string, Kept[]>()
    let over = this.#bytes - maxTotalBytes
    for (const kept of this.#kept) {
      if (over <= 0) break
      const { run } = kept.owner
      if (liveRuns.has(run) || this.#held.has(run)) continue
      removed.set(run, [...(removed.get(run) ?? []), kept])
      over -= kept.file.bytes
    }
    // Nothing is gained where not all of it is enough.
    if (over > 0) return
    for (const [run, files] of removed) {
      void this.#remove(files)
      onRemoved(
        run,
        files.length,
        files.reduce((sum, { file }) => sum + file.bytes, 0),
      )
    }
  }

  /** A file that cannot be removed is the system's to tell of: the results go on. */
  async #remove(files: readonly Kept[]): Promise<void> {
    for (const kept of files) {
      if (this.#kept.delete(kept)) this.#bytes -= kept.file.bytes
    }
    await Promise.allSettled(files.map(async ({ file }) => this.#setup.store.remove?.(file)))
  }
}
