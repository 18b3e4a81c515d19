import { within } from '../host/within.ts'
import { checkOptions } from '../contract/option-names.ts'
import type { Clock } from '../host/clock.ts'
import { RetainedBytes } from './retained-bytes.ts'
import { checkCount, checkOneOf, checkType, MisuseError } from '../contract/misuse.ts'
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

/** Limits of the size of results, and the store for larger ones. */
export interface KeepingOptions {
  /**
   * The largest value of a result, in bytes of JSON: at least 2. A larger one is written to a file, and the result has a preview
   * of it; without `spill` the call fails with `result_too_large`.
   * @default 1 048 576 (1 MiB)
   */
  readonly maxResultBytes?: number
  /**
   * The most bytes of JSON of all results of a batch: at least 2. Once they are used up, further results are treated as too large;
   * those of up to 1 KiB, and previews, are retained even then.
   * @default 8 388 608 (8 MiB)
   */
  readonly maxBatchBytes?: number
  /**
   * The largest value that is written to a file, in bytes of JSON or of binary data: at least 2. With a larger value, or one of
   * more than a million parts, the call fails with `result_too_large`.
   * @default 67 108 864 (64 MiB)
   */
  readonly maxSpillBytes?: number
  /**
   * The store for results that are too large, and for binary data; with `false` there is none, and such calls fail. Needs a
   * file system.
   * @default a directory of its own below the system's temporary one, removed when the executor is closed
   */
  readonly spill?: SpillOptions | false
  /** Opens the store of `spill`. @default files, by `aof-runtime` */
  readonly openSpillStore?: SpillStoreOpener
}

/** Limits of the size of results, with all defaults. */
export type ResultLimits = Required<Pick<KeepingOptions, 'maxResultBytes' | 'maxBatchBytes' | 'maxSpillBytes'>>

/** The owner of results: a batch. */
export interface ResultOwner {
  readonly limits: ResultLimits
  /**
   * Reserves room for a small result by its bound; false if there is not enough, or the result store counts already.
   *
   * @param atMost an upper bound of the bytes of its JSON text
   */
  reserveSmall(atMost: number): boolean
  /** The store for all other results; made when it is first read. */
  readonly resultStore: ResultStore
}

/** The limits with defaults. @throws MisuseError for a limit that is out of its bounds */
export function resultLimits(options: KeepingOptions): ResultLimits {
  const { maxResultBytes = 1_048_576, maxBatchBytes = 8_388_608, maxSpillBytes = 67_108_864 } = options
  checkCount('maxResultBytes', maxResultBytes, 2)
  checkCount('maxBatchBytes', maxBatchBytes, 2)
  checkCount('maxSpillBytes', maxSpillBytes, 2)
  return { maxResultBytes, maxBatchBytes, maxSpillBytes }
}

/**
 * The store that the options ask for; it has not touched any file yet.
 *
 * @throws MisuseError for an option that is out of its bounds
 */
export function openStore({ spill = {}, openSpillStore }: KeepingOptions): SpillStore | undefined {
  checkType('openSpillStore', openSpillStore, 'function')
  if (spill === false) return undefined
  if (typeof spill !== 'object' || spill === null)
    throw new MisuseError('spill', 'an object with a directory, or false', spill)
  checkOptions('spill', spill, SPILL_OPTIONS)
  const { directory, removeAfter, maxTotalBytes } = spill
  if (directory !== undefined && (typeof directory !== 'string' || directory === ''))
    throw new MisuseError('spill.directory', 'the path of a directory', directory)
  checkOneOf('spill.removeAfter', removeAfter, ['close', 'run', 'batch'])
  if (maxTotalBytes !== undefined) checkCount('spill.maxTotalBytes', maxTotalBytes, 2)
  return openSpillStore?.(spill)
}

export function openFiles(
  store: SpillStore | undefined,
  { spill = {} }: KeepingOptions,
  onRemoved: SpilledFilesSetup['onRemoved'],
): SpilledFiles | undefined {
  if (store === undefined || spill === false) return undefined
  const { removeAfter = 'close', maxTotalBytes = 1_073_741_824 } = spill
  return new SpilledFiles({ store, removeAfter, maxTotalBytes, onRemoved })
}

/** The longest time that closing waits for a store, whose disk may hang. */
const CLOSE_MS = 1_000

/** Closes a store, in bounded time also if the store never answers. */
export async function closeStore(store: SpillStore, clock: Clock): Promise<void> {
  const isClosed = (): void => {}
  await within(store.close().then(isClosed, isClosed), CLOSE_MS, clock, isClosed)
}

/** The store for results that are too large, and the owner of their files. */
export interface SpillTarget {
  readonly store: SpillStore | undefined
  readonly files: SpilledFiles | undefined
  readonly owner: () => FileOwner
}

/** The store of one batch's results: in memory within limits, and beyond them in files. */
export class ResultStore {
  readonly limits: ResultLimits
  /** The bytes that results take in memory. */
  readonly bytes: RetainedBytes
  readonly #target: SpillTarget

  /**
   * @param target the store for larger results, and the owner of their files
   * @param atMost an upper bound of the bytes of the results that the batch has retained so far
   * @param retained the results that the batch has retained so far
   */
  constructor(limits: ResultLimits, target: SpillTarget, atMost: number, retained: () => Iterable<unknown>) {
    this.limits = limits
    this.bytes = new RetainedBytes(limits.maxBatchBytes, atMost, retained)
    this.#target = target
  }

  /** Whether there is a store for files. */
  get canSpill(): boolean {
    return this.#target.store !== undefined
  }

  /**
   * Writes `content` to a file of the store.
   *
   * @param label describes the content, e.g. the name of a tool; any text
   * @returns rejects with the store's reason if it cannot write the file
   */
  async write(label: string, extension: string, content: SpillContent): Promise<SpilledFile> {
    const { store, files, owner } = this.#target
    if (store === undefined) throw new Error('there is no store')
    const file = await store.write(spillName(label, extension), content, this.limits.maxSpillBytes)
    await files?.add(file, owner())
    return file
  }

  /** The whole text of a file that {@link write} has written. */
  async read(file: SpilledFile): Promise<string> {
    if (this.#target.store === undefined) throw new Error('there is no store')
    return this.#target.store.read(file)
  }
}
