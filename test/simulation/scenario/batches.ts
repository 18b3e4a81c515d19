import {
  Budget,
  type CallOptions,
  MisuseError,
  type ToolCall,
  type ToolResult,
} from '../../../packages/aof-runtime/src/index.ts'
import {
  type AttemptFacts,
  type BatchFacts,
  type CallFacts,
  type ExecutorFacts,
  newBatch,
  newCall,
  parentOf,
} from './facts.ts'
import type { Observer } from './observer.ts'
import type { Act, Action, BatchPlan } from './plan.ts'
import { countedAbort } from '../caller.ts'
import { argumentsOf, given, nameOf, toolCall, valueOf } from './call-arguments.ts'
import { caller, type Stage, tracked } from './stage.ts'
import type { Context } from './surroundings.ts'

interface Opener {
  executeTools(calls: readonly ToolCall[], options?: CallOptions): Promise<ToolResult[]>
  call(tool: string, input: unknown, options?: CallOptions): Promise<ToolResult>
  openBatch(options?: CallOptions): NonNullable<BatchFacts['open']>
}

/** Opens batches, fills them, aborts them, and watches that each comes to its results. */
export class Batches {
  readonly #stage: Stage
  readonly #observer: Observer
  /** The promises that must settle, with their descriptions. */
  readonly #open = new Map<Promise<unknown>, string>()
  readonly #planned: BatchFacts[] = []
  #extra = 0

  constructor(stage: Stage, observer: Observer) {
    this.#stage = stage
    this.#observer = observer
  }

  openPlanned(plan: BatchPlan): void {
    const site = this.#stage.sites[plan.executor] as ExecutorFacts
    const batch = newBatch(site, plan, `${this.#planned.length}`)
    this.#planned.push(batch)
    void this.#start(batch, site.executor)
  }

  readonly nest = (attempt: AttemptFacts, act: Extract<Act, { does: 'nest' }>, place: string): Promise<unknown> => {
    const { call, ctx } = attempt
    const site = act.by === 'context' ? call.batch.site : (this.#stage.sites[act.by] as ExecutorFacts)
    const batch = newBatch(site, act.batch, `${call.mark}/${place}`)
    batch.isByContext = act.by === 'context'
    if (batch.isByContext) batch.within = attempt
    return this.#start(batch, act.by === 'context' && ctx !== undefined ? ctx.executor : site.executor)
  }

  /** @returns whether the action is one that concerns batches; it has been done then */
  act(action: Action, own: BatchFacts | undefined): boolean {
    switch (action.does) {
      case 'abort': {
        const { whose } = action
        if (whose === 'all') for (const each of this.#planned) this.#abort(each)
        else {
          const batch = typeof whose === 'number' ? this.#planned[whose] : own
          if (batch !== undefined) this.#abort(whose === 'outer' ? outermost(batch) : batch)
        }
        return true
      }
      case 'open':
        this.#openExtra(action, own)
        return true
      case 'fill':
        this.#fillAny(action)
        return true
      default:
        return false
    }
  }

  #openExtra({ batch: plan, by }: Extract<Action, { does: 'open' }>, own: BatchFacts | undefined): void {
    const { sites, unsettled } = this.#stage
    const within = by === 'executor' ? undefined : (runningOf(own?.calls ?? []) ?? runningOf([...unsettled]))
    const site = within?.call.batch.site ?? (sites[plan.executor] as ExecutorFacts)
    const batch = newBatch(site, plan, `x${this.#extra++}`)
    batch.isByContext = within !== undefined
    batch.within = within
    void this.#start(batch, within?.ctx?.executor ?? site.executor)
  }

  /** @param what it is, in the words of a fault */
  watch(what: string, promise: Promise<unknown>): void {
    this.#open.set(promise, what)
    promise.then(
      () => this.#open.delete(promise),
      (error: unknown) => {
        this.#open.delete(promise)
        this.#stage.fault('I7', `${what} rejected with ${String((error as Error)?.stack ?? error)}`)
      },
    )
  }

  atEnd(): void {
    const stage = this.#stage
    for (const what of this.#open.values()) stage.fault('I1', `${what} never comes to an end`)
    for (const call of stage.unsettled) stage.fault('I1', `${call.mark} is ${call.state} for ever`)
    for (const { label, isSettled, seen, heard, plan, listeners } of stage.batches) {
      if (!isSettled) stage.fault('I1', `${label} is never settled`)
      if (listeners.size > 0) stage.fault('I17', `the signal of ${label} has ${listeners.size} listeners left`)
      if (plan.hasListener && heard !== seen) stage.fault('S1', `${label} was told ${heard} of its ${seen} events`)
    }
  }

  #abort(batch: BatchFacts): void {
    if (batch.abort === undefined || batch.isAborted) return
    const stage = this.#stage
    stage.record(`abort ${batch.label}`)
    if (!batch.isSettled) {
      batch.isAborted = true
      stage.happened.add('aborts')
    }
    batch.abort.abort('as planned')
  }

  #start(batch: BatchFacts, by: Opener): Promise<unknown> {
    const stage = this.#stage
    const { plan } = batch
    stage.batches.push(batch)
    if (new Set(stage.batches.map(({ site }) => site)).size > 1) stage.happened.add('several executors')
    batch.within ??= tracked.getStore()
    batch.abort = countedAbort(batch)
    const context: Context = { batch }
    const options: CallOptions = {
      signal: batch.abort.signal,
      context,
      ...given(plan.limits),
      ...(plan.run && { run: plan.run }),
      ...(plan.priority !== undefined && { priority: plan.priority }),
      ...(plan.budget && { budget: new Budget(plan.budget) }),
      maxCalls: plan.maxCalls,
      ...(plan.hasListener && { onEvent: () => void batch.heard++ }),
    }
    this.#observer.opening = batch
    const results = caller.run(batch.label, () => this.#run(batch, by, options))
    this.watch(
      `the batch ${batch.label}`,
      results.then((all) => this.#checkResults(batch, all)),
    )
    return results
  }

  #run(batch: BatchFacts, by: Opener, options: CallOptions): Promise<readonly ToolResult[]> {
    const { calls, way } = batch.plan
    if (way === 'open') return this.#fill(batch, by.openBatch(options))
    const facts = calls.map((each) => this.#newCall(batch, each))
    for (const call of facts) call.isComplete = true
    const [only] = facts
    if (way === 'single' && only !== undefined)
      return by.call(nameOf(only), valueOf(only), options).then((result) => [result])
    return by.executeTools(facts.map(toolCall), options)
  }

  #fill(batch: BatchFacts, open: NonNullable<BatchFacts['open']>): Promise<readonly ToolResult[]> {
    const stage = this.#stage
    const { calls, isRead } = batch.plan
    batch.open = open
    let pending = calls.length
    const arrived = (): void => {
      if (--pending === 0) stage.at(1, () => open.close())
    }
    // One after the other: timers of one moment fire in any order, and places are given in that of arrival.
    const arrive = (place: number): void => {
      const plan = calls[place]
      if (plan === undefined) return
      stage.at(place === 0 ? plan.arrival.atMs : 1, () => {
        this.#arrive(batch, open, plan, arrived)
        arrive(place + 1)
      })
    }
    arrive(0)
    // Twice: every reader gets all results.
    if (isRead) for (const nth of [1, 2]) this.watch(`reading ${nth} of ${batch.label}`, readAll(batch, open))
    return open.results()
  }

  #arrive(
    batch: BatchFacts,
    open: NonNullable<BatchFacts['open']>,
    plan: CallFacts['plan'],
    arrived: () => void,
  ): void {
    if (batch.isClosed) return this.#checkClosed(batch, open, arrived)
    const { by, afterMs } = plan.arrival
    const call = this.#newCall(batch, plan)
    this.#stage.happened.add('open batches')
    if (by === 'add') {
      call.isComplete = true
      call.isArriving = true
      const handle = caller.run(call.mark, () => open.add(toolCall(call)))
      call.isArriving = false
      this.#watchResult(call, handle)
      return arrived()
    }
    call.isArriving = true
    call.slot = open.reserve({ id: plan.id, name: nameOf(call) })
    call.isArriving = false
    this.#watchResult(call, call.slot)
    if (by === 'forget') return arrived()
    this.#stage.at(afterMs, () => {
      if (by === 'drop') this.#drop(call)
      else this.#complete(call)
      arrived()
    })
  }

  #checkClosed(batch: BatchFacts, open: NonNullable<BatchFacts['open']>, arrived: () => void): void {
    try {
      open.add({ id: 'late', name: 'probe', arguments: {} })
      this.#stage.fault('I1', `${batch.label} is closed, and takes a call`)
    } catch (error) {
      if (!(error instanceof MisuseError)) throw error
    }
    arrived()
  }

  #complete(call: CallFacts): void {
    if (call.slot === undefined || call.isComplete || call.isDropped) return
    const { logged } = this.#stage
    call.isCompletedAtEnd = logged.startsWith(`Tool [${call.index}] `) && logged.includes('(incomplete_call)')
    this.#observer.completes(call)
    const { slot } = call
    caller.run(call.mark, () => slot.complete(argumentsOf(call)))
  }

  #drop(call: CallFacts): void {
    if (call.slot === undefined || call.isComplete || call.isDropped) return
    call.isDropped = true
    call.slot.drop('cut off')
  }

  /** Something is done to an open batch, whose code does not expect it. */
  #fillAny({ by, which }: Extract<Action, { does: 'fill' }>): void {
    const stage = this.#stage
    if (by === 'complete' || by === 'drop') {
      const slots = [...stage.unsettled].filter(({ slot, isComplete, isDropped }) => slot && !isComplete && !isDropped)
      const call = slots[which % Math.max(1, slots.length)]
      if (call !== undefined) return by === 'drop' ? this.#drop(call) : this.#complete(call)
      return
    }
    const batches = stage.batches.filter(({ open, isClosed }) => open !== undefined && !isClosed)
    const batch = batches[which % Math.max(1, batches.length)]
    if (batch?.open === undefined) return
    if (by === 'close') return batch.open.close()
    this.#dispose(batch, batch.open)
  }

  #dispose(batch: BatchFacts, open: NonNullable<BatchFacts['open']>): void {
    batch.isDisposed = true
    const disposed = open[Symbol.asyncDispose]()
    batch.isAborted = true
    this.watch(`the disposal of ${batch.label}`, disposed)
  }

  #newCall(batch: BatchFacts, plan: CallFacts['plan']): CallFacts {
    const { tools } = this.#stage.plan
    const call = newCall(
      batch,
      plan,
      plan.tool === undefined ? undefined : tools[plan.tool],
      `${batch.label}.${batch.calls.length}`,
    )
    this.#stage.byMark.set(call.mark, call)
    this.#stage.unsettled.add(call)
    return call
  }

  #watchResult(call: CallFacts, handle: { readonly index: number; result(): Promise<ToolResult> }): void {
    if (handle.index !== call.index) this.#stage.fault('I2', `${call.mark} has the place ${handle.index}`)
    for (const promise of [handle.result(), handle.result()])
      this.watch(
        `the result of ${call.mark}`,
        promise.then((result) => {
          if (result !== call.result) this.#stage.fault('I1', `${call.mark} has two results`)
        }),
      )
  }

  #checkResults(batch: BatchFacts, results: readonly ToolResult[]): void {
    const { calls, label } = batch
    batch.results = results
    if (results.length !== calls.length)
      return this.#stage.fault('I1', `${label} has ${results.length} results for ${calls.length} calls`)
    for (const [place, call] of calls.entries())
      if (results[place] !== call.result)
        this.#stage.fault('I2', `${call.mark} does not have the result that it was said to have`)
  }
}

async function readAll(batch: BatchFacts, open: NonNullable<BatchFacts['open']>): Promise<void> {
  let read = 0
  for await (const result of open) {
    read++
    if (batch.calls[result.index]?.result !== result) throw new Error(`a result of ${batch.label} is another's`)
  }
  if (read !== batch.calls.length) throw new Error(`${read} results were read of ${batch.calls.length}`)
}

/** The last of the calls whose tool runs. */
function runningOf(calls: readonly CallFacts[]): AttemptFacts | undefined {
  return calls
    .map(({ attempts }) => attempts.at(-1))
    .findLast((attempt) => attempt?.ctx !== undefined && attempt.ended === undefined && !attempt.isOver)
}

function outermost(batch: BatchFacts): BatchFacts {
  const parent = parentOf(batch)
  return parent === undefined ? batch : outermost(parent.batch)
}
