import { describe, expect, test } from 'vitest'
import { defineTool } from '../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import {
  boundedGraphs,
  drive,
  executorFor,
  grahamMs,
  hasGraphs,
  largeTurn,
  leastMs,
  listScheduleMs,
  longestMs,
  runGraph,
  runWhole,
  SLOTS,
  toolCall,
  toolsFor,
  WITHOUT_GRAPHS,
  workMs,
} from './graphs.ts'

const graphs = boundedGraphs()
const large = largeTurn()

describe.skipIf(!hasGraphs)(`200 graphs in virtual time${WITHOUT_GRAPHS}`, () => {
  test.each(SLOTS)(
    'graphs end within Graham’s bound, and no permit of %i is free while a call waits (I25, I51)',
    async (slots) => {
      for (const graph of graphs) {
        const clock = new VirtualClock()
        const executor = executorFor(graph.calls, clock, { maxParallelTools: slots })
        const idle: number[] = []
        const { makespanMs, results } = await runGraph(graph, executor, clock, () => {
          const { running, waiting } = executor.stats()
          if (running > slots || (waiting > 0 && running < slots)) idle.push(clock.now())
        })
        expect(idle, graph.id).toEqual([])
        expect(results.every(({ success }) => success)).toBe(true)
        expect(makespanMs, graph.id).toBeLessThanOrEqual(graph.expected.grahamUpperMs[slots] + 1)
        expect(makespanMs, graph.id).toBeGreaterThanOrEqual(graph.expected.criticalPathMs)
      }
    },
  )

  test('graphs with one permit take the sum of their work, and with enough permits the critical path', async () => {
    for (const graph of graphs) {
      const { expected } = graph
      const [one, all] = [new VirtualClock(), new VirtualClock()]
      const serial = await runGraph(graph, executorFor(graph.calls, one, { maxParallelTools: 1 }), one)
      const free = await runGraph(graph, executorFor(graph.calls, all, { maxParallelTools: Infinity }), all)
      expect([serial.makespanMs, free.makespanMs], graph.id).toEqual([expected.workMs, expected.criticalPathMs])
    }
  })
})

describe.skipIf(!hasGraphs)(`200 graphs, given whole with what each call depends on${WITHOUT_GRAPHS}`, () => {
  test('graphs given as a whole, without a limit, take exactly the critical path', async () => {
    for (const graph of graphs) {
      const clock = new VirtualClock()
      const executor = executorFor(graph.calls, clock, { maxParallelTools: Infinity })
      const { makespanMs } = await runWhole(graph, executor, clock)
      expect(makespanMs, graph.id).toBe(graph.expected.criticalPathMs)
    }
  })

  test.each([
    [2, true],
    [4, true],
    [8, true],
    [2, false],
    [4, false],
    [8, false],
  ] as const)(
    'graphs with %i permits and known durations, %s, take no longer than the list schedule, and stay within Graham’s bound',
    async (slots, isKnown) => {
      const longer: string[] = []
      for (const graph of graphs) {
        const clock = new VirtualClock()
        const executor = executorFor(graph.calls, clock, { maxParallelTools: slots })
        // A history in which each tool has taken as long as it will.
        if (isKnown) await drive(clock, executor.executeTools(graph.calls.map(toolCall)))
        const { makespanMs, results } = await runWhole(graph, executor, clock)
        expect(results.every(({ success }) => success)).toBe(true)
        expect(makespanMs, graph.id).toBeLessThanOrEqual(graph.expected.grahamUpperMs[slots] + 1)
        if (makespanMs > graph.expected.listScheduleMs[slots]) longer.push(graph.id)
      }
      expect(longer.length).toBeLessThanOrEqual(graphs.length * 0.05)
    },
  )
})

describe.skipIf(!hasGraphs)(`one turn of 780 calls in virtual time${WITHOUT_GRAPHS}`, () => {
  test.each(SLOTS)('a turn without history is the list schedule in call order with %i permits', async (slots) => {
    const clock = new VirtualClock()
    const executor = executorFor(large.calls, clock, { maxParallelTools: slots })
    await drive(clock, executor.executeTools(large.calls.map(toolCall)))
    expect(clock.now()).toBeLessThanOrEqual(grahamMs(large.calls, slots))
    expect(clock.now()).toBeGreaterThanOrEqual(leastMs(large.calls, slots))
  })

  test('a turn with history starts the longest calls first, and comes closer to the bound', async () => {
    const slots = 8
    // A tool for each duration, so that history can tell one from another.
    const distinct = large.calls.map((call, i) => ({ ...call, name: `${call.name}#${i}` }))
    const clock = new VirtualClock()
    const executor = executorFor(distinct, clock, { maxParallelTools: slots })
    const calls = distinct.map(toolCall)
    const passes: number[] = []
    for (let pass = 0; pass < 30; pass++) {
      const begunAt = clock.now()
      await drive(clock, executor.executeTools(calls))
      passes.push(clock.now() - begunAt)
    }
    const longestFirst = [...distinct].toSorted((one, other) => other.latencyMs - one.latencyMs)
    const best = listScheduleMs(longestFirst, slots)
    expect(passes.at(-1)).toBeLessThanOrEqual(best * 1.005)
  })

  test('a tool limited to one call at a time does not delay the others’ end', async () => {
    const clock = new VirtualClock()
    const others = large.calls.slice(0, 300)
    const tools = toolsFor(others, clock)
    const held = defineTool({ name: 'held', maxParallel: 1, execute: () => clock.sleep(workMs(others)) })
    const slots = 8

    const alone = executorFor([], clock, { tools, maxParallelTools: slots - 1 })
    await drive(clock, alone.executeTools(others.map(toolCall)))
    const aloneMs = clock.now()

    // One permit is the limited tool's for as long as it runs; a hundred more of it wait before all others.
    const beside = executorFor([], clock, { tools: [...tools, held], maxParallelTools: slots })
    const begunAt = clock.now()
    const [blocked, ...free] = [
      beside.executeTools(Array.from({ length: 100 }, (_, i) => ({ id: `h${i}`, name: 'held', arguments: {} }))),
      beside.executeTools(others.map(toolCall)),
    ]
    await drive(clock, Promise.all(free))
    expect(clock.now() - begunAt).toBeLessThanOrEqual(aloneMs + longestMs(others))
    await drive(clock, blocked as Promise<unknown>)
  })
})
