import { defineTool, type ToolCall, ToolExecutor, type ToolResult } from '../../packages/aof-runtime/src/index.ts'
import { settleMicrotasks, VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { type Choices, forEveryChoice } from './choices.ts'

/** The orders to be enumerated. */
export interface Enumeration {
  readonly calls: number
  readonly limit: number
  /** `whole`: all calls at once; `open`: places are reserved, and completed in every order, too. */
  readonly way: 'whole' | 'open'
}

const GRACE_MS = 10

/**
 * Every order in which the calls of a batch can end, well or badly, and in which an abort and the end of its grace can
 * come in between.
 *
 * @returns how many there are
 * @throws Error for the first that goes wrong, with what was done in it
 */
export function enumerate(enumeration: Enumeration): Promise<number> {
  return forEveryChoice(async (choices) => {
    const run = new Run(enumeration, choices)
    try {
      await run.play()
    } catch (error) {
      throw new Error(`${(error as Error).message}, after: ${run.done.join(', ')}`, { cause: error })
    }
  })
}

type Fate =
  | 'coming'
  | 'waiting'
  | 'running'
  | 'succeeded ended'
  | 'failed ended'
  | 'aborted none'
  | 'aborted ended'
  | 'aborted unknown'

interface Action {
  readonly name: string
  readonly act: () => void | Promise<void>
}

/** One of the orders, with a model of what must come of it. */
class Run {
  readonly done: string[] = []
  readonly #enumeration: Enumeration
  readonly #choices: Choices
  readonly #clock = new VirtualClock()
  readonly #controller = new AbortController()
  readonly #executor: ToolExecutor
  readonly #bodies = new Map<number, PromiseWithResolvers<unknown>>()
  /** The waiting threads, in order. */
  readonly #queue: number[] = []
  readonly #fates: Fate[]
  /** Those whose grace runs. */
  readonly #cut = new Set<number>()
  #isAborted = false
  #complete: ((index: number) => void) | undefined
  #close: (() => void) | undefined

  constructor(enumeration: Enumeration, choices: Choices) {
    this.#enumeration = enumeration
    this.#choices = choices
    const hold = defineTool({
      name: 'hold',
      execute: (_input, { index }) => {
        const body = Promise.withResolvers<unknown>()
        this.#bodies.set(index, body)
        return body.promise
      },
    })
    const { calls, limit } = enumeration
    this.#executor = new ToolExecutor({
      tools: [hold],
      clock: this.#clock,
      maxParallelTools: limit,
      graceMs: GRACE_MS,
      spill: false,
    })
    this.#fates = Array.from({ length: calls }, () => 'coming')
  }

  async play(): Promise<void> {
    const results = this.#start()
    for (;;) {
      await settleMicrotasks()
      this.#check()
      const actions = this.#actions()
      if (actions.length === 0) break
      const { name, act } = this.#choices.pick(actions)
      this.done.push(name)
      await act()
    }
    this.#checkResults(await results)
    if (this.#clock.pending > 0) throw new Error('I17: a timer is left')
  }

  #start(): Promise<ToolResult[]> {
    const { signal } = this.#controller
    const calls = this.#fates.map((_, i): ToolCall => ({ id: 'same', name: 'hold', arguments: { i } }))
    if (this.#enumeration.way === 'whole') {
      this.#fates.forEach((_, index) => this.#request(index))
      return this.#executor.executeTools(calls, { signal })
    }
    const batch = this.#executor.openBatch({ signal })
    const slots = calls.map((call) => batch.reserve(call))
    this.#close = () => batch.close()
    this.#complete = (index) => {
      this.#request(index)
      slots[index]?.complete('{}')
      if (!this.#fates.includes('coming')) batch.close()
    }
    return batch.results()
  }

  #actions(): Action[] {
    const actions: Action[] = []
    this.#fates.forEach((fate, index) => {
      const complete = this.#complete
      if (fate === 'coming' && complete !== undefined)
        actions.push({ name: `complete ${index}`, act: () => complete(index) })
      // A late end changes nothing, so that one of them is enough.
      if (fate === 'running' || (fate === 'aborted unknown' && this.#bodies.has(index)))
        for (const by of ['return', 'throw'] as const)
          actions.push({ name: `${by} ${index}`, act: () => this.#end(index, by) })
    })
    if (!this.#isAborted) actions.push({ name: 'abort', act: () => this.#abort() })
    if (this.#cut.size > 0) actions.push({ name: 'grace', act: () => this.#grace() })
    return this.#isOver ? [] : actions
  }

  get #isOver(): boolean {
    return this.#fates.every((fate) => fate !== 'coming' && fate !== 'waiting' && fate !== 'running')
  }

  #request(index: number): void {
    if (this.#fates[index] !== 'coming') return
    this.#fates[index] = 'waiting'
    // In call order, whatever order their arguments come in.
    this.#queue.push(index)
    this.#queue.sort((a, b) => a - b)
    this.#admit()
  }

  #admit(): void {
    while (this.#queue.length > 0 && this.#fates.filter((fate) => fate === 'running').length < this.#enumeration.limit)
      this.#fates[this.#queue.shift() as number] = 'running'
  }

  #end(index: number, by: 'return' | 'throw'): void {
    const body = this.#bodies.get(index)
    this.#bodies.delete(index)
    if (this.#cut.delete(index)) this.#fates[index] = 'aborted ended'
    else if (this.#fates[index] === 'running') this.#fates[index] = by === 'return' ? 'succeeded ended' : 'failed ended'
    if (!this.#isAborted) this.#admit()
    if (by === 'return') body?.resolve({ of: index })
    else body?.reject(new Error(`${index} fails`))
  }

  #abort(): void {
    this.#isAborted = true
    this.#queue.length = 0
    this.#fates.forEach((fate, index) => {
      if (fate === 'coming' || fate === 'waiting') this.#fates[index] = 'aborted none'
      if (fate === 'running') this.#cut.add(index)
    })
    this.#controller.abort()
    this.#close?.()
  }

  async #grace(): Promise<void> {
    for (const index of this.#cut) this.#fates[index] = 'aborted unknown'
    this.#cut.clear()
    await this.#clock.advance(GRACE_MS)
  }

  #check(): void {
    const count = (...fates: Fate[]): number => this.#fates.filter((fate) => fates.includes(fate)).length
    const { running, waiting } = this.#executor.stats()
    if (running !== count('running') || waiting !== count('waiting'))
      throw new Error(
        `I25: ${running} run and ${waiting} wait, it should be ${count('running')} and ${count('waiting')}`,
      )
    this.#fates.forEach((fate, index) => {
      if (this.#bodies.has(index) && !['running', 'aborted unknown'].includes(fate))
        throw new Error(`I13: ${index} was begun, and is ${fate}`)
      if (fate === 'running' && !this.#bodies.has(index)) throw new Error(`I51: ${index} was not begun`)
    })
  }

  #checkResults(results: readonly ToolResult[]): void {
    results.forEach((result, index) => {
      const told = `${result.status} ${result.execution}`
      if (result.index !== index || told !== this.#fates[index])
        throw new Error(`I1, I14: ${index} is ${told}, it should be ${this.#fates[index]}`)
      if (result.success && JSON.stringify(result.data) !== JSON.stringify({ of: index }))
        throw new Error(`I2: ${index} has data of another`)
      if (result.status === 'failed' && result.error.message !== `${index} fails`)
        throw new Error(`I2: ${index} has the error of another`)
    })
    if (results.length !== this.#enumeration.calls) throw new Error(`I1: ${results.length} results`)
  }
}
