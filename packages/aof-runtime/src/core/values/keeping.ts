import { within } from '../host/within.ts'
import { checkOptions } from '../contract/option-names.ts'
import type { Clock } from '../host/clock.ts'
import { KeptBytes } from './kept-bytes.ts'
import { checkCount, MisuseError } from '../contract/misuse.ts'
import {
  SPILL_OPTIONS,
  type SpillContent,
  spillName,
  type SpillOptions,
  type SpillStore,
  type SpillStoreOpener,
} from './spill.ts'
import { type FileOwner, SpilledFiles, type SpilledFilesSetup } from './spilled-files.ts'
import type { SpilledFile } from '../contract/result.ts'

/** How large results may be, and what becomes of what is larger. */
export interface KeepingOptions {
  /**
   * The largest result of a call that is kept, in bytes of JSON: at least 2. A larger one goes to a file, and the result
   * has a preview of it; without `spill` it fails with `result_too_large`.
   * @default 1 048 576 (1 MiB)
   */
  readonly maxResultBytes?: number
  /**
   * How much of a batch's results is kept, in bytes of JSON: at least 2. Once they are full, results are treated as too
   * large in the order in which they come; those of up to 1 KiB, and previews, are kept even then.
   * @default 8 388 608 (8 MiB)
   */
  readonly maxBatchBytes?: number
  /**
   * The largest result that goes to a file, in bytes of JSON, or of binary data: at least 2. A larger one, or one of more
   * than a million values, fails with `result_too_large`.
   * @default 67 108 864 (64 MiB)
   */
  readonly maxSpillBytes?: number
  /**
   * Where results go that are too large, and binary data; `false` for nowhere: they fail then. Needs a file system.
   * @default a directory of its own below the system's temporary one, removed when the executor is closed
   */
  readonly spill?: SpillOptions | false
  /** Makes the store that `spill` writes to. @default files, by `aof-runtime` */
  readonly openSpillStore?: SpillStoreOpener
}

/** How much of results is kept, and how much goes elsewhere. */
export interface KeepingLimits {
  readonly maxResultBytes: number
  readonly maxBatchBytes: number
  readonly maxSpillBytes: number
}

/** Who keeps results: a batch. */
export interface Keeper {
  readonly limits: KeepingLimits
  /**
   * Counts a small result by its bound; false where there is no room for that, or larger ones are counted as well.
   *
   * @param atMost no more than this are the bytes of its JSON text
   */
  keepsSmall(atMost: number): boolean
  readonly keeping: Keeping
}

/** @throws MisuseError for a limit that is out of its bounds */
export function keepingLimits(options: KeepingOptions): KeepingLimits {
  const { maxResultBytes = 1_048_576, maxBatchBytes = 8_388_608, maxSpillBytes = 67_108_864 } = options
  checkCount('maxResultBytes', maxResultBytes, 2)
  checkCount('maxBatchBytes', maxBatchBytes, 2)
  checkCount('maxSpillBytes', maxSpillBytes, 2)
  return { maxResultBytes, maxBatchBytes, maxSpillBytes }
}

/**
 * The store that the options ask for; it has touched nothing yet.
 *
 * @throws MisuseError where they are impossible
 */
export function openStore({ spill = {}, openSpillStore }: KeepingOptions): SpillStore | undefined {
  if (openSpillStore !== undefined && typeof openSpillStore !== 'function')
    throw new MisuseError('openSpillStore', 'a function', openSpillStore)
  if (spill === false) return undefined
  if (typeof spill !== 'object' || spill === null)
    throw new MisuseError('spill', 'an object with a directory, or false', spill)
  checkOptions('spill', spill, SPILL_OPTIONS)
  const { directory } = spill
  if (directory !== undefined && (typeof directory !== 'string' || directory === ''))
    throw new MisuseError('spill.directory', 'the path of a directory', directory)
  const { removeAfter, maxTotalBytes } = spill
  if (removeAfter !== undefined && !['close', 'run', 'batch'].includes(removeAfter))
    throw new MisuseError('spill.removeAfter', "'close', 'run' or 'batch'", removeAfter)
  if (maxTotalBytes !== undefined) checkCount('spill.maxTotalBytes', maxTotalBytes, 2)
  return openSpillStore?.(spill)
}

/** The files that such a store keeps. */
export function openFiles(
  store: SpillStore | undefined,
  { spill = {} }: KeepingOptions,
  onRemoved: SpilledFilesSetup['onRemoved'],
): SpilledFiles | undefined {
  if (store === undefined || spill === false) return undefined
  const { removeAfter = 'close', maxTotalBytes = 1_073_741_824 } = spill
  return new SpilledFiles({ store, removeAfter, maxTotalBytes, onRemoved })
}

/** How long closing waits for a store: a disk that hangs holds nobody up. */
const CLOSE_MS = 1_000

/** Closes a store, in bounded time whatever it does. */
export async function closeStore(store: SpillStore, clock: Clock): Promise<void> {
  const isClosed = (): void => {}
  await within(store.close().then(isClosed, isClosed), CLOSE_MS, clock, isClosed)
}

/** Where results go that are too large. */
export interface Stored {
  readonly store: SpillStore | undefined
  readonly files: SpilledFiles | undefined
  readonly owner: () => FileOwner
}

/** Where the results of one batch are kept: in memory within limits, beyond them in the store. */
export class Keeping {
  readonly limits: KeepingLimits
  /** What is kept in memory so far. */
  readonly bytes: KeptBytes
  readonly #store: SpillStore | undefined
  readonly #files: SpilledFiles | undefined
  readonly #owner: () => FileOwner

  /**
   * @param stored where larger ones go, and whose they are
   * @param atMost no more than this are the bytes of what the batch has kept so far
   * @param kept what the batch has kept so far
   */
  constructor(limits: KeepingLimits, stored: Stored, atMost: number, kept: () => Iterable<unknown>) {
    this.limits = limits
    this.bytes = new KeptBytes(limits.maxBatchBytes, atMost, kept)
    this.#store = stored.store
    this.#files = stored.files
    this.#owner = stored.owner
  }

  /** Whether there is a store. */
  get canSpill(): boolean {
    return this.#store !== undefined
  }

  /**
   * Keeps `content` in the store.
   *
   * @param label what it is of, e.g. a tool's name; any text
   * @returns rejects with the store's reason where that cannot keep it
   */
  async write(label: string, extension: string, content: SpillContent): Promise<SpilledFile> {
    if (this.#store === undefined) throw new Error('there is no store')
    const file = await this.#store.write(spillName(label, extension), content, this.limits.maxSpillBytes)
    await this.#files?.add(file, this.#owner())
    return file
  }

  /** The whole of what {@link write} has kept, as text. */
  async read(file: SpilledFile): Promise<string> {
    if (this.#store === undefined) throw new Error('there is no store')
    return this.#store.read(file)
  }
}
