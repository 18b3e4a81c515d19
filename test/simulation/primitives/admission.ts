import fc from 'fast-check'
import { Admission } from '../../../packages/aof-runtime/src/core/admission/admission.ts'
import { RESUME_PRIORITY } from '../../../packages/aof-runtime/src/core/admission/parked-flows.ts'
import { Demands } from '../../../packages/aof-runtime/src/core/admission/demands.ts'
import { ExpectedDuration } from '../../../packages/aof-runtime/src/core/admission/expected-duration.ts'
import type { Flow } from '../../../packages/aof-runtime/src/core/admission/flow.ts'
import { Limit } from '../../../packages/aof-runtime/src/core/admission/limit.ts'
import { RateLimit } from '../../../packages/aof-runtime/src/core/admission/rate-limit.ts'
import { RunShare } from '../../../packages/aof-runtime/src/core/admission/run-share.ts'
import type { Waiter } from '../../../packages/aof-runtime/src/core/admission/waiter.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { AdmissionModel, type ModelCall, type ModelLimit, ModelRate, type ModelRun } from '../admission-model.ts'
import { despiteThrows, move, must, passTime, throwPlanned } from './moves.ts'

const AGE_MS = 25

interface UserPlan {
  readonly tool: number
  readonly run: number
  readonly priority: number
  readonly depth: number
  readonly moves: number
  readonly withdraws: boolean
  readonly isSwift: boolean
  /** Whether the code that starts it throws. */
  readonly throws: boolean
  readonly batch: number
}

/** The demands that a call may have: executor and process, and a tool with a limit, with keys, or with a rate. */
class World {
  readonly clock = new VirtualClock()
  readonly admission = new Admission({ clock: this.clock, ageMs: AGE_MS, reserveAfterMs: Infinity })
  readonly model = new AdmissionModel(AGE_MS)
  readonly tools: {
    readonly demands: Demands
    readonly needs: ModelCall['needs']
    readonly expected: ExpectedDuration
  }[]
  readonly runs: { readonly share: RunShare; readonly model: ModelRun }[]
  readonly pairs: (readonly [Limit, ModelLimit])[] = []

  constructor(executorMax: number, processMax: number) {
    const limit = (kind: ModelLimit['kind'], max: number): readonly [Limit, ModelLimit] => {
      const pair = [new Limit(kind, max), { kind, max, inUse: 0 }] as const
      this.pairs.push(pair)
      return pair
    }
    const wide = [limit('executor', executorMax), limit('process', processMax)]
    const other = [limit('executor', 2), wide[1] as readonly [Limit, ModelLimit]]
    const one = limit('tool', 1)
    const two = limit('tool', 2)
    const keys = [limit('key', 1), limit('key', 1)]
    const rate = [new RateLimit({ n: 2, perMs: 10 }), new ModelRate(2, 10)] as const
    const tool = (pairs: (readonly [Limit, ModelLimit])[], rates: (typeof rate)[], ms: number) => {
      const expected = new ExpectedDuration()
      expected.add(ms)
      const demands = new Demands(
        rates.map(([subject]) => subject),
        pairs.map(([subject]) => subject),
      )
      return {
        expected,
        demands,
        needs: { rates: rates.map(([, model]) => model), limits: pairs.map(([, model]) => model) },
      }
    }
    this.tools = [
      tool(wide, [], 5),
      tool([one, ...wide], [], 9),
      ...keys.map((key) => tool([key, two, ...wide], [], 5)),
      tool(wide, [rate], 7),
      tool([one, ...other], [], 9),
      tool(other, [], 3),
    ]
    this.runs = [1, 1, 2].map((weight, order) => ({
      share: new RunShare(weight, this.admission.busyPeriod),
      model: { order, weight, held: [], credit: 0, want: 0 },
    }))
  }

  check(): void {
    const now = this.clock.now()
    for (const [limit, { kind, max, inUse }] of this.pairs)
      must(limit.inUse === inUse && inUse <= max, `I25: ${inUse} of ${max} ${kind} permits, told ${limit.inUse}`)
    const counts = this.admission.waitingFor()
    const told = Object.values(counts).reduce((sum, each) => sum + each, 0)
    const waiting = [...this.model.waiting].filter(({ priority }) => priority !== RESUME_PRIORITY)
    must(told === waiting.length, `I51: ${waiting.length} wait, told ${told}`)
    must(this.model.admissible(now).length === 0, 'I51: what a waiting call needs is free')
  }
}

/** Users of limits of every kind who come, withdraw, end at once, while time goes on: each admission is the one that the rules say. */
export async function admission(numRuns: number): Promise<void> {
  const users = fc.array(
    fc.record({
      tool: fc.nat(6),
      run: fc.nat(2),
      priority: fc.constantFrom(0, 0, 0, 1, -1, RESUME_PRIORITY),
      depth: fc.nat(1),
      moves: fc.nat(2),
      withdraws: fc.boolean(),
      isSwift: fc.boolean(),
      throws: fc.boolean(),
      batch: fc.nat(1),
    }),
    { minLength: 1, maxLength: 9 },
  )
  const limits = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }))
  const waits = fc.array(fc.constantFrom(1, 3, 10, 30), { maxLength: 4 })
  const property = fc.asyncProperty(fc.scheduler(), limits, users, waits, async (s, [own, all], plans, times) => {
    const world = new World(own, all)
    const use = async (plan: UserPlan, index: number): Promise<void> => {
      await move(s, `arrive ${index}`)
      await new User(world, plan, index).live(s)
    }
    const time = async (): Promise<void> => {
      for (const ms of times) {
        await move(s, `${ms} ms`)
        await despiteThrows(() => world.clock.advance(ms))
        world.check()
      }
      // A call that waits for a rate needs more time.
      await passTime(s, world.clock, () => isOver)
    }
    let isOver = false
    const ended = Promise.all(plans.map(use)).then(() => {
      isOver = true
    })
    await s.waitFor(Promise.all([ended, time()]))
    must(world.model.waiting.size === 0, 'I51: somebody waits for ever')
    must(
      world.pairs.every(([limit]) => limit.inUse === 0),
      'I25: not all came back',
    )
    must(world.clock.pending === 0, 'I17: a timer is left')
  })
  await fc.assert(property, { numRuns })
}

class User implements Waiter {
  readonly remainingMs = 0
  readonly #world: World
  readonly #plan: UserPlan
  readonly #call: ModelCall
  readonly #over = Promise.withResolvers<boolean>()
  readonly acceptedAt: number
  readonly depth: number
  readonly batchOrder: number
  readonly index: number
  readonly expected: ExpectedDuration
  readonly isObserved = true
  wantsPermit = false
  #flow: Flow | undefined
  #since = 0
  /** A run of a tool that ends at once makes another call, as a tool may. */
  #again = 0

  constructor(world: World, plan: UserPlan, index: number) {
    const { tool, run, priority, depth, batch } = plan
    const { expected, needs } = world.tools[tool] as World['tools'][number]
    this.#world = world
    this.#plan = plan
    this.acceptedAt = world.clock.now()
    this.depth = depth
    this.batchOrder = batch
    this.index = index
    this.expected = expected
    this.#call = {
      run: (world.runs[run] as World['runs'][number]).model,
      needs: priority === RESUME_PRIORITY ? { rates: [], limits: needs.limits } : needs,
      priority,
      acceptedAt: this.acceptedAt,
      depth,
      expectedMs: expected.ms ?? 0,
      batchOrder: batch,
      index,
    }
  }

  async live(s: fc.Scheduler): Promise<void> {
    const { moves, withdraws } = this.#plan
    await despiteThrows(() => this.#ask())
    this.#world.check()
    if (withdraws) {
      await move(s, `withdraw ${this.index}`)
      if (this.wantsPermit) {
        await despiteThrows(() => this.#withdraw())
        this.#over.resolve(false)
      }
      this.#world.check()
    }
    if (!(await this.#over.promise)) return
    for (let i = 0; i < moves; i++) await move(s, `hold ${this.index}`)
    await despiteThrows(() => this.#end())
    await move(s, `gone ${this.index}`)
    this.#world.check()
  }

  get #share(): RunShare {
    return (this.#world.runs[this.#plan.run] as World['runs'][number]).share
  }

  get #demands(): Demands {
    const { demands } = this.#world.tools[this.#plan.tool] as World['tools'][number]
    return this.#plan.priority === RESUME_PRIORITY ? demands.toResume : demands
  }

  #ask(): void {
    const { admission: subject, model, clock } = this.#world
    const now = clock.now()
    const mayStart = model.lacks(this.#call, now) === undefined
    if (subject.take(this.#demands)) {
      must(mayStart, 'I25: it started without all that it needs')
      return this.#start(now)
    }
    this.wantsPermit = true
    model.waits(this.#call, now)
    this.#flow = this.#share.flow(this.#demands, this.#plan.priority)
    subject.wait(this, this.#flow)
    subject.look()
  }

  admit(): void {
    const { model, clock } = this.#world
    const now = clock.now()
    must(this.wantsPermit, 'I51: it was admitted, and did not want to be')
    must(model.lacks(this.#call, now) === undefined, 'I25: it was admitted without all that it needs')
    const best = model.best(now)
    must(best === this.#call, `I51: ${this.index} was admitted before ${best?.batchOrder}.${best?.index}`)
    this.wantsPermit = false
    this.#start(now)
    if (this.#plan.throws) throwPlanned()
  }

  parked(kind: string): void {
    const lacking = this.#world.model.lacks(this.#call, this.#world.clock.now())
    must(lacking === undefined || lacking.kind === kind, `I51: it lacks ${lacking?.kind}, told ${kind}`)
  }

  #start(now: number): void {
    this.#world.model.starts(this.#call, now)
    this.#share.began(now)
    this.#since = now
    if (!this.#plan.isSwift || this.#again > 0) return this.#over.resolve(true)
    this.#again++
    this.#end()
    this.#ask()
  }

  #end(): void {
    const { admission: subject, model, clock } = this.#world
    const now = clock.now()
    model.ends(this.#call, this.#since, now)
    this.#share.ended(this.#since, now)
    subject.release(this.#demands.limits, now)
  }

  #withdraw(): void {
    this.wantsPermit = false
    this.#world.model.waiting.delete(this.#call)
    if (this.#flow !== undefined) this.#world.admission.withdraw(this, this.#flow)
  }
}
