import fc from 'fast-check'
import { Permits } from '../../src/core/admission/permits.ts'
import { CircuitBreaker } from '../../src/core/circuit-breaker.ts'
import { Expiry } from '../../src/core/expiry.ts'
import { Timeouts } from '../../src/core/timeouts.ts'
import { defineTool, ToolExecutor, type ToolResult } from '../../src/index.ts'
import { VirtualClock } from '../../src/testing/index.ts'

/** The primitives, each with actors whose every move waits until fast-check's scheduler lets it go on. */
export const PRIMITIVES: Readonly<Record<string, (numRuns: number) => Promise<void>>> = {
  'permits (I25, I51)': permits,
  'timeouts (I11, I17)': timeouts,
  'the circuit breaker (I20)': breaker,
  'open batches and who reads them (I1, I9)': openBatches,
  'retries (I13, I20, I33)': retries,
  'deadlines (I11, I13, I14)': deadlines,
}

type Scheduler = fc.Scheduler

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

function move(scheduler: Scheduler, label: string): Promise<unknown> {
  return scheduler.schedule(Promise.resolve(), label)
}

/** Lets time go on, a timer at a move, until `isOver`. */
async function passTime(scheduler: Scheduler, clock: VirtualClock, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await move(scheduler, 'time')
    await clock.fireNext()
  }
}

async function permits(numRuns: number): Promise<void> {
  const users = fc.array(fc.record({ moves: fc.nat(2), withdraws: fc.boolean(), isSwift: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
  })
  const limits = fc.integer({ min: 1, max: 3 })
  const property = fc.asyncProperty(fc.scheduler(), limits, users, fc.boolean(), async (s, limit, plans, isCrowded) => {
    const gate = new Permits(limit)
    const queue: object[] = []
    let running = 0
    const check = (): void => {
      must(gate.inUse === running && running <= limit, `I25: ${running} run of ${limit}, told ${gate.inUse}`)
      must(gate.waiting === queue.length, `I51: ${queue.length} wait, told ${gate.waiting}`)
      must(queue.length === 0 || running === limit, 'I51: a permit is free while somebody waits')
    }
    const end = (): void => {
      running--
      gate.release(undefined)
    }
    /** @returns how to withdraw */
    const ask = (admitted: () => void): (() => void) => {
      if (gate.take()) {
        must(queue.length === 0, 'I51: somebody was overtaken')
        running++
        admitted()
        return () => {}
      }
      const waiter = {
        wantsPermit: true,
        admit: () => {
          must(queue.shift() === waiter, 'I51: somebody was overtaken')
          waiter.wantsPermit = false
          running++
          admitted()
        },
      }
      queue.push(waiter)
      gate.wait(waiter)
      return () => {
        if (!waiter.wantsPermit) return
        waiter.wantsPermit = false
        queue.splice(queue.indexOf(waiter), 1)
        gate.withdraw()
      }
    }
    const use = async ({ moves, withdraws, isSwift }: (typeof plans)[number], index: number): Promise<void> => {
      await move(s, `arrive ${index}`)
      const over = Promise.withResolvers<boolean>()
      const withdraw = ask(() => {
        // A tool that returns at once ends before whoever admitted it goes on, and the next may come as early.
        if (isSwift) {
          end()
          ask(() => queueMicrotask(end))
        }
        over.resolve(!isSwift)
      })
      if (withdraws) {
        await move(s, `withdraw ${index}`)
        withdraw()
        check()
        over.resolve(false)
      }
      if (!(await over.promise)) return
      for (let i = 0; i < moves; i++) await move(s, `hold ${index}`)
      end()
      await move(s, `gone ${index}`)
      check()
    }
    const crowd = async (): Promise<void> => {
      await move(s, 'a crowd comes')
      const all = Array.from({ length: 40 }, () => ask(() => queueMicrotask(end)))
      await move(s, 'the crowd goes')
      for (const withdraw of all) withdraw()
    }
    await s.waitFor(Promise.all([...plans.map(use), isCrowded && crowd()]))
    await Promise.resolve()
    must(gate.inUse === 0 && gate.waiting === 0, 'I25: not all came back')
  })
  await fc.assert(property, { numRuns })
}

async function timeouts(numRuns: number): Promise<void> {
  const entries = fc.array(fc.record({ durationMs: fc.constantFrom(1, 2, 2, 5, Infinity), removes: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
  })
  const property = fc.asyncProperty(fc.scheduler(), entries, async (s, plans) => {
    const clock = new VirtualClock()
    const lists = new Timeouts(clock)
    let alive = plans.length
    const live = async ({ durationMs, removes }: { durationMs: number; removes: boolean }): Promise<void> => {
      await move(s, 'add')
      const addedAt = clock.now()
      let expired = 0
      const over = Promise.withResolvers<void>()
      const entry = new Expiry(() => {
        expired++
        must(clock.now() >= addedAt + durationMs, 'I11: too early')
        must(clock.now() <= addedAt + durationMs + 1, 'I11: too late')
        over.resolve()
      })
      lists.add(entry, durationMs, addedAt)
      if (removes || durationMs === Infinity) {
        await move(s, 'remove')
        lists.remove(entry)
        over.resolve()
      }
      await over.promise
      const then = expired
      await move(s, 'look again')
      must(expired === then && expired <= 1, `I11: expired ${expired} times`)
      alive--
    }
    await s.waitFor(Promise.all([...plans.map(live), passTime(s, clock, () => alive === 0)]))
    lists.rest()
    must(clock.pending === 0, 'I17: a timer is left')
  })
  await fc.assert(property, { numRuns })
}

async function breaker(numRuns: number): Promise<void> {
  const attempts = fc.array(
    fc.record({ outcome: fc.constantFrom('success', 'failure', 'failure', 'neither'), moves: fc.nat(3) }),
    { minLength: 1, maxLength: 10 },
  )
  const options = { failureRate: 0.5, windowMs: 100, minimumAttempts: 2, openMs: 20 }
  const property = fc.asyncProperty(fc.scheduler(), attempts, async (s, plans) => {
    const clock = new VirtualClock()
    let state = 'closed'
    let openedAt = -Infinity
    let probes = 0
    let era = 0
    const counted = { success: 0, failure: 0, neither: 0 }
    const subject = new CircuitBreaker(options, (next, now) => {
      const follows: Readonly<Record<string, readonly string[]>> = {
        closed: ['open'],
        open: ['half_open'],
        half_open: ['open', 'closed'],
      }
      must(follows[state]?.includes(next) === true, `I20: from ${state} to ${next}`)
      if (next === 'half_open') must(now >= openedAt + options.openMs, 'I20: half open too early')
      if (next === 'open') openedAt = now
      if (next !== 'half_open') {
        era++
        probes = 0
        counted.success = counted.failure = 0
      }
      state = next
    })
    const attempt = async ({
      outcome,
      moves,
    }: {
      outcome: 'success' | 'failure' | 'neither'
      moves: number
    }): Promise<void> => {
      await move(s, 'enter')
      const pass = subject.enter(clock.now())
      if (pass === undefined) {
        must(state !== 'closed', 'I20: refused while closed')
        return must(
          state === 'half_open' ? probes === 1 : clock.now() < openedAt + options.openMs,
          'I20: refused for nothing',
        )
      }
      must(state !== 'open', 'I20: let in while open')
      const [mine, isProbe] = [era, state === 'half_open']
      if (isProbe) must(++probes === 1, 'I20: a second probe')
      for (let i = 0; i < moves; i++) await move(s, 'run')
      const [before, isStale] = [state, mine !== era]
      subject.ended(pass, outcome, clock.now())
      if (isStale) return must(state === before, `I20: an attempt from before made it ${state}`)
      if (mine === era && isProbe) {
        probes--
        must(outcome === 'neither' && state === 'half_open', `I20: the probe's ${outcome} left it ${state}`)
      }
      if (mine !== era || isProbe) return
      counted[outcome]++
      const { failure, success } = counted
      // All of this happens within a window, so that no attempt is forgotten.
      must(
        outcome !== 'failure' || failure + success < options.minimumAttempts || failure < (failure + success) / 2,
        'I20: it stayed closed',
      )
    }
    const time = async (): Promise<void> => {
      for (let i = 0; i < 6; i++) {
        await move(s, 'time')
        clock.leap(10)
      }
    }
    await s.waitFor(Promise.all([...plans.map(attempt), time()]))
  })
  await fc.assert(property, { numRuns })
}

async function openBatches(numRuns: number): Promise<void> {
  const calls = fc.array(fc.constantFrom('add', 'complete', 'drop', 'forget'), { maxLength: 5 })
  const property = fc.asyncProperty(fc.scheduler(), calls, fc.nat(5), async (s, plans, reads) => {
    const tool = defineTool({ name: 'work', execute: async ({ i }: { i: number }) => (await move(s, `work ${i}`), i) })
    const executor = new ToolExecutor({
      tools: [tool],
      clock: new VirtualClock(),
      maxParallelTools: 2,
      timeoutMs: Infinity,
      spill: false,
    })
    const batch = executor.openBatch()
    const seen: ToolResult[] = []
    const read = async (most: number): Promise<number> => {
      let count = 0
      await move(s, 'read')
      for await (const result of batch) {
        if (most === Infinity) seen.push(result)
        if (++count >= most) break
        await move(s, 'read on')
      }
      return count
    }
    const fill = async (): Promise<void> => {
      const coming: Promise<void>[] = []
      for (const [i, how] of plans.entries()) {
        await move(s, `next ${i}`)
        const call = { id: 'same', name: 'work' }
        if (how === 'add') batch.add({ ...call, arguments: { i } })
        else {
          const slot = batch.reserve(call)
          if (how !== 'forget')
            coming.push(
              move(s, `${how} ${i}`).then(() => (how === 'drop' ? slot.drop('cut off') : slot.complete({ i }))),
            )
        }
      }
      await Promise.all(coming)
      await move(s, 'close')
      batch.close()
    }
    const [results, all, some] = await s.waitFor(
      Promise.all([batch.results(), read(Infinity), read(Math.max(1, reads)), fill()]),
    )
    const told = results.map((result) => (result.success ? result.data : result.status))
    const expected = plans.map((how, i) => (how === 'add' || how === 'complete' ? i : 'invalid'))
    must(JSON.stringify(told) === JSON.stringify(expected), `I1: ${JSON.stringify(told)}`)
    must(all === plans.length && new Set(seen).size === all, `I9: ${all} read of ${plans.length}`)
    must(some === Math.min(Math.max(1, reads), plans.length), `I9: ${some} read of ${reads}`)
  })
  await fc.assert(property, { numRuns })
}

/** Calls whose tools go on as the scheduler lets them. */
async function retries(numRuns: number): Promise<void> {
  const plan = fc.array(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 3 })
  const property = fc.asyncProperty(fc.scheduler(), plan, fc.boolean(), async (s, calls, aborts) => {
    const clock = new VirtualClock()
    const begun = calls.map(() => 0)
    const runs = calls.map(() => 0)
    let running = 0
    let isAborted = false
    const tool = defineTool({
      name: 'flaky',
      annotations: { idempotentHint: true },
      retry: { maxAttempts: 3, initialDelayMs: 10 },
      execute: async (_input: object, { index, attempt }) => {
        must(!isAborted, 'I13: begun after the abort')
        must(++running <= 1, 'I25: two run at once')
        must((runs[index] = (runs[index] ?? 0) + 1) === 1, 'I20: two attempts at once')
        must((begun[index] = (begun[index] ?? 0) + 1) === attempt && attempt <= 3, `I20: attempt ${attempt}`)
        await move(s, `${index}, attempt ${attempt}`)
        running--
        runs[index] = 0
        if (calls[index]?.[attempt - 1] !== true) throw new Error(`attempt ${attempt}`)
        return attempt
      },
    })
    const executor = new ToolExecutor({
      tools: [tool],
      clock,
      random: () => 0.5,
      maxParallelTools: 1,
      timeoutMs: Infinity,
      graceMs: 60_000,
      spill: false,
    })
    const controller = new AbortController()
    const abort = async (): Promise<void> => {
      await move(s, 'abort')
      isAborted = true
      controller.abort()
    }
    let isOver = false
    const results = executor
      .executeTools(
        calls.map(() => ({ id: '', name: 'flaky', arguments: {} })),
        { signal: controller.signal },
      )
      .finally(() => (isOver = true))
    const [all] = await s.waitFor(
      Promise.all([results, aborts ? abort() : undefined, passTime(s, clock, () => isOver)]),
    )
    all.forEach((result, index) => {
      const success = (calls[index] ?? []).indexOf(true) + 1
      if (result.success) must(result.data === success && begun[index] === success, `I20: ${begun[index]} attempts`)
      else if (!aborts || result.status === 'failed')
        must(success === 0 && begun[index] === 3, `I33: given up after ${begun[index]}`)
      must(result.timing.attempts === begun[index], `I20: it tells of ${result.timing.attempts} attempts`)
    })
    must(clock.pending === 0, 'I17: a timer is left')
  })
  await fc.assert(property, { numRuns })
}

async function deadlines(numRuns: number): Promise<void> {
  const plan = fc.array(fc.record({ deadlineMs: fc.constantFrom(1, 2, 5, Infinity), moves: fc.nat(3) }), {
    minLength: 1,
    maxLength: 4,
  })
  const property = fc.asyncProperty(fc.scheduler(), plan, async (s, calls) => {
    const clock = new VirtualClock()
    const ended = calls.map((): number | undefined => undefined)
    const begun = calls.map((): number | undefined => undefined)
    let isOver = false
    const tool = defineTool({
      name: 'work',
      execute: async (_input: object, { index }) => {
        begun[index] = clock.now()
        const { deadlineMs, moves } = calls[index] ?? { deadlineMs: 0, moves: 0 }
        must(clock.now() <= deadlineMs, 'I13: begun after its deadline')
        for (let i = 0; i < moves; i++) await move(s, `work ${index}`)
        ended[index] = clock.now()
      },
    })
    const executor = new ToolExecutor({
      tools: [tool],
      clock,
      maxParallelTools: 2,
      timeoutMs: Infinity,
      graceMs: 1,
      spill: false,
    })
    const settledAt: number[] = []
    executor.subscribe((event) => {
      if (event.type === 'settled') settledAt[event.index] = clock.now()
    })
    // Time stands still between timers, so that some must be set for it to move.
    const ticks = (): void => void clock.setTimer(() => (isOver ? undefined : ticks()), 1)
    ticks()
    const results = executor
      .executeTools(calls.map(({ deadlineMs }) => ({ id: '', name: 'work', arguments: {}, deadlineMs })))
      .finally(() => (isOver = true))
    const [all] = await s.waitFor(Promise.all([results, passTime(s, clock, () => isOver)]))
    all.forEach((result, index) => {
      const { deadlineMs } = calls[index] ?? { deadlineMs: 0 }
      must((settledAt[index] ?? Infinity) <= deadlineMs + 2, `I11: settled at ${settledAt[index]}`)
      const isInTime = (ended[index] ?? Infinity) < deadlineMs
      if (isInTime) must(result.success, `I11: ${result.status} though it ended in time`)
      if (begun[index] === undefined) must(result.execution === 'none', 'I14: it was never begun')
      else must(result.execution !== 'none', 'I14: it was begun')
    })
  })
  await fc.assert(property, { numRuns })
}
