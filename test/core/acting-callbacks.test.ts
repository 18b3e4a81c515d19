import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  AdmissionController,
  type AnyTool,
  defineTool,
  MisuseError,
  type Slot,
  type ToolCall,
  type ToolContext,
  type ToolEvent,
  ToolExecutor,
} from '../../packages/aof-runtime/src/index.ts'
import { SeededRandom, VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'

/** The further action of a callback. */
type Act = 'abort' | 'abort_outer' | 'close' | 'resize' | 'start' | 'throw' | 'reject'

const ACTS: readonly Act[] = ['abort', 'abort_outer', 'close', 'resize', 'start', 'throw', 'reject']

const EVENTS: readonly ToolEvent['type'][] = [
  'batch_opened',
  'accepted',
  'batch_closed',
  'parked',
  'started',
  'progress',
  'suspended',
  'resumed',
  'attempt_failed',
  'settled',
  'batch_settled',
  'abandoned',
  'breaker_changed',
  'rate_paused',
  'listener_failed',
]

/** Where a callback acts: at an event, at a log line, or in a function of a tool. */
type Where = ToolEvent['type'] | 'log' | 'schema' | 'key' | 'effects' | 'toContent' | 'when' | 'execute'

const WHERE: readonly Where[] = [...EVENTS, 'log', 'schema', 'key', 'effects', 'toContent', 'when', 'execute']

/** One world: two executors that share limits, tools of every kind, and a callback that acts at one kind of moment. */
class World {
  readonly random: SeededRandom
  readonly clock = new VirtualClock()
  readonly admission: AdmissionController
  readonly executors: ToolExecutor[]
  /** Of each executor. */
  readonly events: ToolEvent[][] = []
  readonly controllers: AbortController[] = []
  readonly where: readonly Where[]
  readonly act: Act
  readonly outer: AbortController = new AbortController()
  readonly running: Promise<unknown>[] = []
  readonly nth: number
  #seen = 0
  #started = 0

  constructor(seed: number) {
    const random = (this.random = new SeededRandom(seed))
    this.where = [random.pick(WHERE), random.pick(WHERE)]
    this.act = random.pick(ACTS)
    this.nth = random.int(1, 4)
    this.admission = new AdmissionController({
      clock: this.clock,
      maxParallel: random.pick([1, 2, Infinity]),
      ageMs: random.pick([5, 10_000]),
      reserveAfterMs: random.pick([1, 5_000]),
    })
    const tools = this.#tools()
    this.executors = [1, 2].map(() => {
      const executor = new ToolExecutor({
        tools,
        clock: this.clock,
        random: random.fork().next,
        admission: this.admission,
        maxParallelTools: random.pick([1, 2, 3]),
        queue: random.pick([
          { max: 1, policy: 'wait' },
          { max: 2, policy: 'wait', deadlineMs: 15 },
          { max: 1 },
          { max: 100 },
        ]),
        maxNestedCalls: random.pick([1, 3, 1_000]),
        graceMs: random.pick([0, 5]),
        maxAbandoned: random.pick([1, 10]),
        abandonedHoldMs: 20,
        trackNesting: random.chance(0.5),
        reportOverlaps: random.chance(0.2),
        logger: Object.fromEntries(
          ['debug', 'info', 'warn', 'error'].map((level) => [level, () => this.at('log')]),
        ) as never,
      })
      const events: ToolEvent[] = []
      this.events.push(events)
      executor.subscribe((event) => {
        events.push(event)
        return this.at(event.type) as never
      })
      return executor
    })
  }

  get stats(): unknown[] {
    return [this.admission.stats(), ...this.executors.map((executor) => executor.stats())]
  }

  /** Acts, if it is the moment. */
  at(where: Where): unknown {
    if (!this.where.includes(where)) return undefined
    this.#seen++
    if (this.#seen < this.nth || this.#seen > this.nth + 2) return undefined
    switch (this.act) {
      case 'abort':
        for (const controller of this.controllers) controller.abort(new Error('from within'))
        return undefined
      case 'abort_outer':
        this.outer.abort(new Error('from without'))
        return undefined
      case 'close':
        this.#close()
        return undefined
      case 'resize':
        this.admission.maxParallel = this.random.int(1, 3)
        for (const executor of this.executors) executor.maxParallelTools = this.random.int(1, 3)
        return undefined
      case 'start':
        if (this.#started++ < 3) this.start(2)
        return undefined
      case 'throw':
        throw new Error('thrown on purpose')
      case 'reject':
        return Promise.reject(new Error('rejected on purpose'))
    }
  }

  /** A turn, whole or call by call. */
  start(size: number): void {
    const { random } = this
    const executor = random.pick(this.executors)
    const controller = new AbortController()
    this.controllers.push(controller)
    const signal = random.chance(0.5) ? controller.signal : this.outer.signal
    const options = {
      signal,
      ...(random.chance(0.3) && { deadlineMs: random.int(1, 30) }),
      ...(random.chance(0.3) && { run: random.pick(['a', 'b']) }),
      ...(random.chance(0.3) && { priority: random.int(-2, 2) }),
    }
    const calls = Array.from({ length: random.int(1, size) }, (_, i) => this.#call(i))
    if (random.chance(0.6)) this.running.push(executor.executeTools(calls, options))
    else this.running.push(this.#stream(executor, calls, options))
  }

  async #stream(executor: Pick<ToolExecutor, 'openBatch'>, calls: readonly ToolCall[], options: object): Promise<void> {
    const batch = executor.openBatch(options)
    const slots: [ToolCall, Slot][] = []
    try {
      for (const call of calls) {
        if (this.random.chance(0.5)) batch.add(call)
        else slots.push([call, batch.reserve({ id: call.id, name: call.name })])
        if (this.random.chance(0.3)) await this.clock.sleep(1)
      }
    } catch (error) {
      // Closing the executor, and the end of the parent, close the batch.
      if (!(error instanceof MisuseError)) throw error
    }
    for (const [call, slot] of this.random.shuffle(slots)) if (this.random.chance(0.8)) slot.complete(call.arguments)
    batch.close()
    await batch.results()
  }

  async end(): Promise<void> {
    await this.clock.runUntil(Promise.all(this.running))
    await this.clock.runUntil(Promise.all(this.executors.map((executor) => executor.close({ drainMs: 50 }))))
    await this.clock.advance(60_000)
  }

  #close(): void {
    for (const executor of this.executors) this.running.push(executor.close({ drainMs: this.random.int(0, 20) }))
  }

  #call(i: number): ToolCall {
    const { random } = this
    const earlier = i > 0 && random.chance(0.3)
    return {
      id: `c${i}`,
      name: random.pick(['plain', 'sync', 'keyed', 'writes', 'nests', 'fails', 'deaf', 'checked', 'rated', 'nobody']),
      arguments: earlier && random.chance(0.5) ? { from: { $result: `c${i - 1}` } } : { i, depth: 0 },
      ...(earlier && random.chance(0.5) && { dependsOn: [`c${i - 1}`] }),
    }
  }

  #tools(): AnyTool[] {
    const { clock, random } = this
    const work = async (_input: unknown, { progress }: Pick<ToolContext, 'progress'>): Promise<number> => {
      await this.at('execute')
      progress(1)
      await clock.sleep(random.int(1, 12))
      return 1
    }
    const standard = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (value: unknown) => {
          const rejected = this.at('schema')
          if (rejected !== undefined) return rejected as Promise<{ value: unknown }>
          return random.chance(0.5) ? { value } : clock.sleep(3).then(() => ({ value }))
        },
      },
    }
    return [
      defineTool({ name: 'plain', execute: work }),
      defineTool({
        name: 'sync',
        maxParallel: 1,
        execute: () => this.at('execute') ?? null,
        toContent: () => (this.at('toContent') ?? []) as never,
      }),
      defineTool({ name: 'keyed', key: () => (this.at('key') ?? 'k') as never, maxParallelPerKey: 1, execute: work }),
      defineTool({
        name: 'writes',
        effects: () => (this.at('effects') ?? [{ resource: 'file:/a', mode: 'write' }]) as never,
        execute: work,
      }),
      defineTool({
        name: 'nests',
        execute: async (_input: unknown, ctx) => {
          await this.at('execute')
          const calls = Array.from({ length: random.int(1, 3) }, (_, i) => this.#call(i))
          const executor = random.chance(0.5) ? ctx.executor : random.pick(this.executors)
          if (random.chance(0.3)) await this.#stream(executor, calls, {})
          else await executor.executeTools(calls)
          return calls.length
        },
      }),
      defineTool({
        name: 'fails',
        annotations: { readOnlyHint: true },
        retry: { maxAttempts: 2, initialDelayMs: 5, when: () => (this.at('when') ?? true) as never },
        breaker: { minimumAttempts: 2, openMs: 8, windowMs: 1_000 },
        execute: async () => {
          await clock.sleep(2)
          throw Object.assign(new Error('no'), { status: random.pick([429, 500]) })
        },
      }),
      defineTool({ name: 'deaf', timeoutMs: 4, execute: () => clock.sleep(40) }),
      defineTool({ name: 'checked', inputSchema: standard, execute: work }),
      defineTool({ name: 'rated', rate: { n: 1, perMs: 4 }, execute: work }),
    ] as AnyTool[]
  }
}

const FIRST_EVENT = new Set<string>(['accepted', 'batch_opened'])
const AFTER_END = new Set<string>(['ended_late', 'hold_ended', 'abandoned'])

/** The events of each call and batch that come before it has begun or after it has ended. */
function misplaced(events: readonly ToolEvent[]): string[] {
  const found: string[] = []
  const seen = new Set<string>()
  const over = new Set<string>()
  for (const event of events) {
    if (!('batch' in event)) continue
    const batch = `${event.run}#${event.batch}`
    const call = 'index' in event ? `${batch}/${event.index}` : undefined
    for (const name of call === undefined ? [batch] : [call]) {
      if (!seen.has(name) && !FIRST_EVENT.has(event.type)) found.push(`${event.type} of ${name} before its beginning`)
      seen.add(name)
    }
    for (const name of [batch, call])
      if (name !== undefined && over.has(name) && !AFTER_END.has(event.type))
        found.push(`${event.type} of ${call ?? batch} after the end of ${name}`)
    if (event.type === 'settled' && call !== undefined) over.add(call)
    if (event.type === 'batch_settled') over.add(batch)
  }
  return found
}

const IDLE = { running: 0, waiting: 0, suspended: 0, abandoned: 0 }

describe('callbacks that act or throw at any moment', () => {
  const unhandled: unknown[] = []
  const keep = (reason: unknown): void => void unhandled.push(reason)
  beforeAll(() => void process.on('unhandledRejection', keep).on('uncaughtException', keep))
  afterAll(() => void process.off('unhandledRejection', keep).off('uncaughtException', keep))

  const SEEDS = Number(process.env['ACTING_SEEDS'] ?? 1_500)

  test('I1 I13 whatever callbacks do, every call settles, permits and counts come back, events stay in order, and close ends', async () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const world = new World(seed)
      const { act, where } = world
      const about = `seed ${seed}: ${act} at ${where.join(', ')}`
      try {
        for (let i = world.random.int(1, 4); i > 0; i--) world.start(5)
        await world.end()
      } catch (error) {
        if (!(error instanceof Error)) throw error
        throw new Error(`${about}: ${error.stack ?? error.message}`, { cause: error })
      }
      for (const stats of world.stats) expect(stats, about).toMatchObject(IDLE)
      expect(world.events.flatMap(misplaced), about).toEqual([])
      expect(unhandled, about).toEqual([])
    }
  })
})
