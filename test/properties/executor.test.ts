import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, test } from 'vitest'
import { defineTool, type ToolCall, type ToolEvent, ToolExecutor, type ToolResult } from '../../src/index.ts'
import { forEachSeed, settleMicrotasks, type SeededRandom, type Simulation } from '../../src/testing/index.ts'
import { eventsOf } from '../core/harness.ts'

const SEEDS = Number(process.env['AOF_PROPERTY_RUNS'] ?? 300)
const TOOLS = ['quick', 'slow', 'fails', 'heeds', 'nests', 'nowhere'] as const

const callers = new AsyncLocalStorage<string>()

/** Callers that come and go, each with a few turns one after the other, on one executor. */
class World {
  readonly executor: ToolExecutor
  readonly events: ToolEvent[] = []
  readonly faults = new Set<string>()
  readonly #simulation: Simulation
  readonly #limit: number

  constructor(simulation: Simulation) {
    this.#simulation = simulation
    const { clock, random, scheduler } = simulation
    this.#limit = random.int(1, 6)
    const ours = (): string => callers.getStore() ?? 'nobody'
    const own = <In extends { caller: string }>(input: In): void => {
      if (input.caller !== ours()) this.faults.add(`a tool of ${input.caller} ran for ${ours()}`)
    }
    type In = { caller: string; turn: number; place: number }
    this.executor = new ToolExecutor({
      clock,
      random: random.next,
      maxParallelTools: this.#limit,
      timeoutMs: 400,
      tools: [
        defineTool({ name: 'quick', execute: (input: In) => (own(input), input) }),
        defineTool({
          name: 'slow',
          execute: async (input: In) => {
            own(input)
            await clock.sleep(random.int(1, 600))
            await scheduler.point(`${input.caller} ${input.turn}.${input.place}`)
            own(input)
            return input
          },
        }),
        defineTool({
          name: 'fails',
          execute: async (input: In) => {
            await scheduler.point(`${input.caller} fails`)
            throw new Error(JSON.stringify(input))
          },
        }),
        defineTool({
          name: 'heeds',
          execute: async (input: In, { signal }) => {
            await new Promise((resolve) => {
              signal.addEventListener('abort', resolve, { once: true })
            })
            own(input)
          },
        }),
        defineTool({
          name: 'nests',
          // Not awaited: what waits for its own nested calls would hold a permit meanwhile.
          execute: (input: In) => {
            void this.executor.call('quick', input)
            return input
          },
        }),
      ],
    })
    this.executor.subscribe((event) => {
      this.events.push(event)
      const { running, waiting } = this.executor.stats()
      if (running > this.#limit || running < 0) this.faults.add(`${running} run of ${this.#limit}`)
      if (waiting < 0 || (waiting > 0 && running < this.#limit))
        this.faults.add(`${waiting} wait while ${running} run of ${this.#limit}`)
    })
  }

  async play(): Promise<void> {
    const { random, scheduler } = this.#simulation
    const names = Array.from({ length: random.int(1, 4) }, (_, i) => `caller ${i}`)
    await scheduler.waitFor(
      Promise.all(names.map((caller) => callers.run(caller, () => this.#turns(caller, random.fork())))),
    )
  }

  async #turns(caller: string, random: SeededRandom): Promise<void> {
    const { clock, scheduler } = this.#simulation
    for (let turn = 0; turn < 3; turn++) {
      await clock.sleep(random.int(1, 200))
      const calls = Array.from({ length: random.int(1, 6) }, (_, place): ToolCall => {
        return { id: random.pick(['a', 'b']), name: random.pick(TOOLS), arguments: { caller, turn, place } }
      })
      const controller = new AbortController()
      const abort = random.chance(0.3) ? clock.setTimer(() => controller.abort(), random.int(0, 300)) : undefined
      const results = random.chance(0.5)
        ? await this.executor.executeTools(calls, { signal: controller.signal })
        : await this.#streamed(calls, controller.signal, () => scheduler.point(`${caller} speaks`))
      abort?.clear()
      this.#check(calls, results)
      if (callers.getStore() !== caller) this.faults.add('a caller went on as somebody else')
    }
  }

  async #streamed(calls: readonly ToolCall[], signal: AbortSignal, speak: () => Promise<void>): Promise<ToolResult[]> {
    await using batch = this.executor.openBatch({ signal })
    for (const call of calls) {
      const slot = batch.reserve(call)
      await speak()
      slot.complete(JSON.stringify(call.arguments))
    }
    batch.close()
    const seen = new Set<number>()
    for await (const { index } of batch) seen.add(index)
    if (seen.size !== calls.length) this.faults.add('an iteration that ended early')
    return batch.results()
  }

  #check(calls: readonly ToolCall[], results: readonly ToolResult[]): void {
    if (results.length !== calls.length) this.faults.add(`${results.length} results of ${calls.length} calls`)
    calls.forEach((call, place) => {
      const result = results[place]
      if (result?.index !== place || result.id !== call.id || result.name !== call.name)
        this.faults.add('a result out of place')
      else if (result.success && JSON.stringify(result.data) !== JSON.stringify(call.arguments))
        this.faults.add('data of another call')
      else if (result.status === 'failed' && result.error.message !== JSON.stringify(call.arguments))
        this.faults.add('an error of another call')
    })
  }
}

describe('an executor that many share', () => {
  test(`I1, I3, I8, I17, I25, I34, I51: ${SEEDS} simulated days with callers that come, talk and abort`, async () => {
    const statuses = new Set<string>()
    await forEachSeed({ seeds: SEEDS, timeMoves: 'any-time' }, async (simulation) => {
      const world = new World(simulation)
      await world.play()
      await simulation.scheduler.waitAll()
      await simulation.clock.runAll()
      await simulation.scheduler.waitAll()
      await settleMicrotasks()
      expect([...world.faults]).toEqual([])
      const settled = eventsOf(world.events, 'settled')
      expect(settled.length).toBe(eventsOf(world.events, 'accepted').length)
      expect(new Set(settled.map(({ batch, index }) => `${batch}.${index}`)).size).toBe(settled.length)
      expect(eventsOf(world.events, 'ended_late').length).toBe(eventsOf(world.events, 'abandoned').length)
      expect(world.executor.stats()).toMatchObject({ running: 0, waiting: 0, abandoned: 0 })
      expect(simulation.clock.pending).toBe(0)
      for (const { result } of settled) statuses.add(`${result.status} ${result.execution}`)
    })
    // Not vacuous: everything that can become of a call has become of one.
    expect([...statuses].toSorted()).toEqual([
      'aborted ended',
      'aborted none',
      'aborted unknown',
      'failed ended',
      'invalid none',
      'succeeded ended',
      'timed_out ended',
      'timed_out unknown',
    ])
  })
})
