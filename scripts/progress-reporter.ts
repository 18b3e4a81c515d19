import { DefaultReporter, type TestModule, type TestSpecification } from 'vitest/node'

/** Interval of lines while no file ends, in milliseconds, so that a long file does not look like a hang. */
const HEARTBEAT_MS = 20_000

/** Prints one line per test file as it ends, and at the end every failure in full. */
export default class ProgressReporter extends DefaultReporter {
  #files = 0
  #ended = 0
  /** Start times of the running files, by path. */
  readonly #running = new Map<string, number>()
  #heartbeat: ReturnType<typeof setInterval> | undefined

  constructor() {
    super({ summary: false })
  }

  override onTestRunStart(specifications: readonly TestSpecification[]): void {
    super.onTestRunStart(specifications)
    this.#files = specifications.length
    this.#heartbeat = setInterval(() => this.#showRunning(), HEARTBEAT_MS)
  }

  override onTestModuleQueued(module: TestModule): void {
    this.#running.set(module.relativeModuleId, performance.now())
  }

  override onTestModuleEnd(module: TestModule): void {
    const seconds = this.#secondsOf(module.relativeModuleId)
    this.#running.delete(module.relativeModuleId)
    this.#ended++
    this.#heartbeat?.refresh()
    const tests = [...module.children.allTests()]
    const failures = tests.filter((test) => test.result().state === 'failed').length
    const outcome = failures > 0 ? `${failures} of ${tests.length} failed` : `${tests.length}`
    const mark = module.state() === 'failed' ? '✗' : '✓'
    this.#show(`${mark} ${module.relativeModuleId} (${outcome}) ${seconds}`)
  }

  override onTestRunEnd(...args: Parameters<DefaultReporter['onTestRunEnd']>): void {
    clearInterval(this.#heartbeat)
    super.onTestRunEnd(...args)
  }

  #showRunning(): void {
    if (this.#running.size === 0) return
    this.#show(`… ${[...this.#running.keys()].map((file) => `${file} ${this.#secondsOf(file)}`).join(', ')}`)
  }

  #secondsOf(file: string): string {
    const began = this.#running.get(file)
    return began === undefined ? '' : `${((performance.now() - began) / 1_000).toFixed(1)} s`
  }

  #show(text: string): void {
    const all = String(this.#files)
    this.log(`${String(this.#ended).padStart(all.length)}/${all} ${text}`)
  }
}
