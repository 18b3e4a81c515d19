import { z } from 'zod'
import {
  type AnyTool,
  defineTool,
  type ToolCall,
  type ToolContext,
  type ToolEvent,
  ToolExecutor,
  type ToolResult,
} from '../../src/index.ts'
import { settleMicrotasks, VirtualClock } from '../../src/testing/index.ts'
import { revokedProxy } from '../core/harness.ts'
import { checkMs, closeMoment, slotMoment } from './model.ts'
import { type Behaviour, GRACE_MS, OWN_TIMEOUT_MS, type Plan, type PlannedCall, TIMEOUT_MS } from './plan.ts'

/** What came of a plan that was really played. */
export interface Played {
  readonly results: readonly ToolResult[]
  readonly events: readonly ToolEvent[]
  /** When the last result was there. */
  readonly overAt: number
  /** What was not as it should be while it went on. */
  readonly faults: readonly string[]
  /** Places of the calls whose tools were run. */
  readonly ran: readonly number[]
  /** Tools that had been abandoned and not ended, when the batch was over. */
  readonly abandonedThen: number
  /** Timers that were not the tools' own, when the batch was over. */
  readonly timersThen: number
  /** Of the executor, long after. */
  readonly abandonedLater: number
}

/** What a tool throws: of every kind. */
const THROWN: readonly (() => unknown)[] = [
  () => new Error('disk full'),
  () => 'a text',
  () => null,
  () => undefined,
  () => Symbol('s'),
  () => revokedProxy(),
  () => ({ message: 'like an error' }),
]

/** Plays a plan in virtual time, at once or as an open batch, and watches. */
export async function play(plan: Plan): Promise<Played> {
  const stage = new Stage(plan)
  const results = await stage.clock.runUntil(stage.start(), { maxMs: 10_000 })
  const overAt = stage.clock.now()
  const { abandoned } = stage.executor.stats()
  const timersThen = stage.clock.pending - stage.sleeping
  await stage.clock.runAll()
  await settleMicrotasks()
  return {
    results,
    events: stage.events,
    overAt,
    faults: stage.faults,
    ran: stage.ran,
    abandonedThen: abandoned,
    timersThen,
    abandonedLater: stage.executor.stats().abandoned,
  }
}

class Stage {
  readonly clock: VirtualClock
  readonly executor: ToolExecutor
  readonly events: ToolEvent[] = []
  readonly faults: string[] = []
  readonly ran: number[] = []
  /** Timers that the plan's own tools, schemas and caller have set. */
  sleeping = 0
  readonly #plan: Plan

  constructor(plan: Plan) {
    this.#plan = plan
    this.clock = new VirtualClock({ seed: plan.clockSeed })
    this.executor = new ToolExecutor({
      tools: this.#tools(),
      clock: this.clock,
      maxParallelTools: plan.limit,
      timeoutMs: TIMEOUT_MS,
      graceMs: GRACE_MS,
      random: () => 0.5,
    })
    this.executor.subscribe((event) => {
      this.events.push(event)
      this.#watch(event)
    })
  }

  start(): Promise<ToolResult[]> {
    const controller = new AbortController()
    const { abortAtMs, arrivals } = this.#plan
    if (abortAtMs === -1) controller.abort()
    else if (abortAtMs !== undefined) this.#at(abortAtMs, () => controller.abort())
    const { signal } = controller
    return arrivals === undefined ? this.executor.executeTools(this.#calls(), { signal }) : this.#fill(signal)
  }

  #fill(signal: AbortSignal): Promise<ToolResult[]> {
    const batch = this.executor.openBatch({ signal })
    this.#calls().forEach((call, index) => {
      const by = this.#plan.arrivals?.[index]?.by
      if (by === 'add') return void batch.add(call)
      const slot = batch.reserve(call)
      if (by === 'complete') this.#at(slotMoment(this.#plan, index), () => slot.complete(call.arguments))
      if (by === 'drop') this.#at(slotMoment(this.#plan, index), () => slot.drop('cut off'))
    })
    this.#at(closeMoment(this.#plan), () => batch.close())
    return batch.results()
  }

  #calls(): ToolCall[] {
    return this.#plan.calls.map(({ id, kind, ownTimeout }, index) => {
      const name = NAMES[kind.is === 'good' ? (kind.checked ? 'checked' : 'good') : kind.is]
      const call = { id, name, arguments: argumentsOf(kind, index) }
      const isTimed = ownTimeout && this.#plan.arrivals === undefined
      return (isTimed ? { ...call, timeoutMs: OWN_TIMEOUT_MS } : call) as ToolCall
    })
  }

  #tools(): AnyTool[] {
    const act = (input: unknown, ctx: ToolContext): unknown => this.#act(input, ctx)
    const place = z.object({ place: z.number() })
    const later = place.refine(async ({ place: index }) => {
      const { kind } = this.#plan.calls[index] as PlannedCall
      if (kind.is !== 'checked_later') return false
      await this.#sleep(checkMs(kind, index))
      return kind.fits
    })
    return [
      defineTool({ name: 'act', execute: act }),
      defineTool({ name: 'act_checked', inputSchema: place, execute: act }),
      defineTool({ name: 'act_checked_later', inputSchema: later, execute: act }),
      defineTool({ name: 'act_never_checked', inputSchema: place.refine(() => new Promise(() => {})), execute: act }),
    ]
  }

  #act(input: unknown, ctx: ToolContext): unknown {
    const { index } = ctx
    this.ran.push(index)
    const { place } = input as { place: unknown }
    if (place !== index) this.faults.push(`call ${index} ran with the arguments of ${String(place)}`)
    const { behaviour } = this.#plan.calls[index] as PlannedCall
    return behaviour.does === 'heed' ? this.#heed(behaviour, ctx) : this.#behave(behaviour, index)
  }

  #behave(behaviour: Exclude<Behaviour, { does: 'heed' }>, index: number): unknown {
    if (behaviour.does === 'hang') return new Promise(() => {})
    if (behaviour.does === 'return_cycle') return cycle()
    const { does, value, afterMs, how } = behaviour
    const end = (): unknown => {
      if (does === 'throw') throw THROWN[value % THROWN.length]?.()
      return dataOf(index, value)
    }
    if (afterMs > 0) return this.#sleep(afterMs).then(end)
    return how === 'sync' ? end() : Promise.resolve().then(end)
  }

  async #heed({ afterMs, by }: Extract<Behaviour, { does: 'heed' }>, { signal }: ToolContext): Promise<unknown> {
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve, { once: true })
    })
    if (afterMs > 0) await this.#sleep(afterMs)
    if (by === 'throw') throw signal.reason
    return 'what is dropped'
  }

  #watch(event: ToolEvent): void {
    const { running, waiting } = this.executor.stats()
    const { limit } = this.#plan
    if (running > limit) this.faults.push(`${running} run at ${event.type}, of ${limit}`)
    if (waiting > 0 && running < limit)
      this.faults.push(`${waiting} wait at ${event.type} though ${limit - running} may run`)
    if (running < 0 || waiting < 0) this.faults.push(`${running} run and ${waiting} wait at ${event.type}`)
  }

  async #sleep(ms: number): Promise<void> {
    this.sleeping++
    await this.clock.sleep(ms)
    this.sleeping--
  }

  #at(ms: number, act: () => void): void {
    this.sleeping++
    this.clock.setTimer(() => {
      this.sleeping--
      act()
    }, ms)
  }
}

const NAMES = {
  good: 'act',
  checked: 'act_checked',
  checked_later: 'act_checked_later',
  never_checked: 'act_never_checked',
  unparsable: 'act',
  misfit: 'act_checked',
  unknown: 'nowhere',
  malformed: 7,
} as const

function argumentsOf(kind: PlannedCall['kind'], place: number): unknown {
  if (kind.is === 'unparsable') return `{"place":${place}`
  if (kind.is === 'misfit') return { place: 'nowhere' }
  return kind.is === 'good' && kind.text ? `{"place":${place}}` : { place }
}

/** What a tool that succeeds gives: nobody else's. */
export function dataOf(place: number, value: number): unknown {
  return { of: place, value, list: [place, value] }
}

function cycle(): object {
  const object: { self?: object } = {}
  object.self = object
  return object
}
