import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { root } from '../manifest.ts'
import { type Range, union } from './ranges.ts'

/** The folders whose contents decide what a nightly run finds. */
const TESTED = ['packages/aof-runtime/src', 'test/simulation', 'test/soak', 'scripts/planted-bugs', 'package-lock.json']

interface Saved {
  readonly revision: string
  /** Parts that ended well, by their names. */
  readonly parts: readonly string[]
  /** Seeds that were clean, by the parts that play seeds. */
  readonly seeds: Readonly<Record<string, readonly Range[]>>
}

/**
 * The progress of nightly runs for the present sources, kept in a file so that several short runs add up to a long one.
 * Progress of other sources is dropped.
 */
export class Progress {
  readonly #file: string
  #saved: Saved

  constructor(file: string, revision: string = revisionOfSources()) {
    this.#file = file
    const saved = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Saved) : undefined
    this.#saved = saved?.revision === revision ? saved : { revision, parts: [], seeds: {} }
  }

  /** The seeds of a part that were clean. */
  seedsOf(part: string): readonly Range[] {
    return this.#saved.seeds[part] ?? []
  }

  isDone(part: string): boolean {
    return this.#saved.parts.includes(part)
  }

  partDone(part: string): void {
    if (!this.isDone(part)) this.#save({ ...this.#saved, parts: [...this.#saved.parts, part] })
  }

  seedsDone(part: string, range: Range): void {
    const seeds = { ...this.#saved.seeds, [part]: union([...this.seedsOf(part), range]) }
    this.#save({ ...this.#saved, seeds })
  }

  #save(saved: Saved): void {
    this.#saved = saved
    mkdirSync(dirname(this.#file), { recursive: true })
    writeFileSync(this.#file, `${JSON.stringify(saved, null, 2)}\n`)
  }
}

/** The same for the same sources and simulation, committed or not. */
function revisionOfSources(): string {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 })
  const digest = createHash('sha256')
    .update(git('ls-tree', 'HEAD', ...TESTED))
    .update(git('diff', 'HEAD', '--', ...TESTED))
  for (const file of git('ls-files', '--others', '--exclude-standard', '--', ...TESTED)
    .split('\n')
    .filter(Boolean))
    digest.update(file).update(readFileSync(`${root}${file}`))
  return digest.digest('hex').slice(0, 16)
}
