import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../packages/aof-runtime/src/core/values/canonical-json.ts'
import { sha256 } from '../../packages/aof-runtime/src/core/contract/sha256.ts'
import { RunTurns } from '../../packages/aof-runtime/src/core/calls/run-turns.ts'
import {
  AdmissionController,
  defineTool,
  type JsonObject,
  planTool,
  ToolExecutor,
  type ToolCall,
} from '../../packages/aof-runtime/src/index.ts'
import { AgentExecutor } from '../../packages/aof-runtime/src/agent/index.ts'
import { scriptedModel, SeededRandom, VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'

const pay = (to: string, id = to): ToolCall => ({ id, name: 'pay', arguments: { to } })

/** A tool that notes with which key it ran. */
const paying = (seen: [string, string][], delayOf: (to: string) => number = () => 0, clock?: VirtualClock) =>
  defineTool({
    name: 'pay',
    execute: async ({ to }: { to: string }, ctx) => {
      await clock?.sleep(delayOf(to))
      seen.push([to, ctx.idempotencyKey])
      return to
    },
  })

const sorted = (seen: readonly [string, string][]): string[] => seen.map((each) => each.join('=')).sort()

describe('the idempotency keys of top-level calls', () => {
  test('I3 idempotency keys of top-level calls differ by run, turn, place, tool and arguments', async () => {
    const keys = new Set<string>()
    const execute = (_: unknown, ctx: { readonly idempotencyKey: string }) => void keys.add(ctx.idempotencyKey)
    const executor = new ToolExecutor({ tools: ['a', 'b'].map((name) => defineTool({ name, execute })) })
    const call = (name: string, x: number) => ({ id: '1', name, arguments: { x } })
    await executor.executeTools([call('a', 1), call('a', 1)], { run: 'r', turn: 0 })
    await executor.executeTools([call('b', 1), call('a', 2)], { run: 'r', turn: 0 })
    await executor.executeTools([call('a', 1)], { run: 'r', turn: 1 })
    await executor.executeTools([call('a', 1)], { run: 's', turn: 0 })
    expect(keys.size).toBe(6)
  })

  test('an idempotency key is the same in another process, however the arguments are written', async () => {
    const keys: string[] = []
    for (const args of ['{"b":[1,{"y":2,"x":1}],"a":"é"}', { a: 'é', b: [1, { x: 1, y: 2 }] }]) {
      const tool = defineTool({ name: 't', execute: (_, ctx) => void keys.push(ctx.idempotencyKey) })
      await new ToolExecutor({ tools: [tool] }).executeTools([{ id: '1', name: 't', arguments: args }], {
        run: 'r',
        turn: 3,
      })
    }
    expect(new Set(keys).size).toBe(1)
  })

  test('an idempotency key is the same for every attempt, also if a tool changes its input or a schema has a random default', async () => {
    const keys: string[] = []
    let drawn = 0
    const tool = defineTool({
      name: 't',
      annotations: { idempotentHint: true },
      retry: { maxAttempts: 3, initialDelayMs: 0 },
      inputSchema: {
        '~standard': {
          version: 1,
          vendor: 'test',
          validate: (value: unknown) => ({ value: { ...(value as object), drawn: ++drawn } }),
        },
      },
      execute: (input: JsonObject, ctx: { readonly idempotencyKey: string }) => {
        keys.push(ctx.idempotencyKey)
        Object.assign(input, { changed: true })
        keys.push(ctx.idempotencyKey)
        throw new Error('again')
      },
    } as never)
    const clock = new VirtualClock()
    const executor = new ToolExecutor({ tools: [tool], clock })
    await clock.runUntil(executor.executeTools([{ id: '1', name: 't', arguments: {} }]))
    expect([keys.length, new Set(keys).size]).toEqual([6, 1])
  })

  test('idempotency keys of a named run differ from turn to turn, over all executors that share a controller', async () => {
    const seen: [string, string][] = []
    const admission = new AdmissionController()
    const executors = [1, 2].map(() => new ToolExecutor({ tools: [paying(seen)], admission }))
    for (const executor of [...executors, ...executors]) await executor.executeTools([pay('Anna')], { run: 'thread-7' })
    expect(new Set(sorted(seen)).size).toBe(4)
  })

  test('the turns of a named run are counted by opening, on from given ones', async () => {
    const executor = new ToolExecutor({ tools: [paying([])] })
    const turns: number[] = []
    executor.subscribe((event) => event.type === 'batch_opened' && turns.push(event.turn))
    for (const turn of [undefined, undefined, 7, undefined, 2, undefined])
      await executor.executeTools([pay('Anna')], { run: 'r', ...(turn !== undefined && { turn }) })
    await executor.executeTools([pay('Anna')], { run: { id: 'r', weight: 2 } })
    await executor.executeTools([pay('Anna')])
    expect(turns).toEqual([0, 1, 7, 8, 2, 9, 10, 0])
  })
})

describe('the counters of turns', () => {
  test('beyond 10,000 idle runs the turn counter of the one that was idle longest is dropped', () => {
    const turns = new RunTurns()
    turns.take('busy', undefined)
    for (let i = 0; i <= 10_000; i++) {
      turns.take(`r${i}`, undefined)
      turns.rest(`r${i}`)
    }
    expect(['busy', 'r0', 'r1', 'r10000'].map((run) => turns.take(run, undefined))).toEqual([1, 0, 1, 1])
    expect(turns.next('forgotten', 5)).toBe(5)
  })
})

describe('the idempotency keys of nested calls', () => {
  /** Two attempts of a call that pays each of these, with different timing. */
  const attempts = async (
    calls: (attempt: number) => readonly (readonly ToolCall[])[],
    delayOf: (attempt: number, to: string) => number,
  ): Promise<[string[], string[]]> => {
    const clock = new VirtualClock()
    const seen: [[string, string][], [string, string][]] = [[], []]
    let attempt = 0
    const inner = paying([], undefined, clock)
    const pays = {
      ...inner,
      execute: async ({ to }: { to: string }, ctx: { readonly idempotencyKey: string }) => {
        await clock.sleep(delayOf(attempt, to))
        seen[attempt as 0 | 1].push([to, ctx.idempotencyKey])
      },
    }
    const parent = defineTool({
      name: 'parent',
      annotations: { idempotentHint: true },
      retry: { maxAttempts: 2, initialDelayMs: 0 },
      execute: async (_, { executor, attempt: number }) => {
        attempt = number - 1
        await Promise.all(calls(attempt).map((batch) => executor.executeTools(batch)))
        throw new Error('again')
      },
    })
    const executor = new ToolExecutor({ tools: [parent, pays as never], clock })
    await clock.runUntil(executor.executeTools([{ id: 'p', name: 'parent', arguments: {} }], { run: 'r', turn: 0 }))
    return [sorted(seen[0]), sorted(seen[1])]
  }

  test('nested calls keep their idempotency keys if batches are opened in another order', async () => {
    const [first, second] = await attempts(
      (attempt) => (attempt === 0 ? [[pay('Anna')], [pay('Bert')]] : [[pay('Bert')], [pay('Anna')]]),
      () => 0,
    )
    expect([new Set(first).size, second]).toEqual([2, first])
  })

  test('nested calls keep their idempotency keys if calls start in another order, also equal calls', async () => {
    const random = new SeededRandom(5)
    const [first, second] = await attempts(
      () => [[pay('Anna', '1'), pay('Bert'), pay('Anna', '2')], [pay('Anna', '3')]],
      () => random.int(0, 20),
    )
    expect([new Set(first).size, second]).toEqual([4, first])
  })

  test('the idempotency keys of equal calls go by call order, whichever reads its key first', async () => {
    const keys: Record<string, string>[] = []
    for (const slow of ['1', '2']) {
      const clock = new VirtualClock()
      const own: Record<string, string> = {}
      const inner = defineTool({
        name: 'pay',
        execute: async (_, ctx) => {
          await clock.sleep(ctx.call.id === slow ? 10 : 0)
          own[ctx.call.id] = ctx.idempotencyKey
        },
      })
      const parent = defineTool({
        name: 'parent',
        execute: (_, { executor }) => executor.executeTools([pay('Anna', '1'), pay('Anna', '2')]),
      })
      const executor = new ToolExecutor({ tools: [parent, inner], clock })
      await clock.runUntil(executor.executeTools([{ id: 'p', name: 'parent', arguments: {} }], { run: 'r', turn: 0 }))
      keys.push(own)
    }
    expect(keys[0]).toEqual(keys[1])
    expect(keys[0]?.['1']).not.toBe(keys[0]?.['2'])
  })

  test('a further attempt gives the same idempotency keys to the calls of plans, to tracked calls and to those of agents', async () => {
    const seen: [string, string][][] = [[], [], []]
    for (const round of [0, 1, 2]) {
      const own = seen[round] as [string, string][]
      const tool = { ...paying(own), inputSchema: { type: 'object' } as JsonObject }
      const agent = new AgentExecutor({
        model: scriptedModel([{ calls: [{ name: 'pay', arguments: { to: 'agent' } }] }, { text: 'done' }]),
        tools: [tool],
      })
      const outside = new ToolExecutor({ tools: [tool], trackNesting: true })
      const parent = defineTool({
        name: 'parent',
        execute: async () => {
          const both = [() => agent.run('Pay.').result, () => outside.executeTools([pay('tracked')])]
          for (const act of round === 0 ? both : both.reverse()) await act()
        },
      })
      const planned = new ToolExecutor({ tools: [tool] })
      const executor = new ToolExecutor({ tools: [tool, parent, planTool(planned)], trackNesting: true })
      const plan = { steps: [{ id: 'a', tool: 'pay', arguments: { to: 'plan' } }] }
      await executor.executeTools(
        [
          { id: 'p', name: 'parent', arguments: {} },
          { id: 'q', name: 'plan', arguments: plan },
        ],
        { run: 'r', turn: 0 },
      )
    }
    expect(sorted(seen[0] ?? []).map((each) => each.split('=')[0])).toEqual(['agent', 'plan', 'tracked'])
    expect([sorted(seen[1] ?? []), sorted(seen[2] ?? [])]).toEqual([sorted(seen[0] ?? []), sorted(seen[0] ?? [])])
  })
})

describe('an agent', () => {
  test('an agent that continues a named run counts its turns on, so that no idempotency key occurs twice', async () => {
    const seen: [string, string][] = []
    const tool = { ...paying(seen), inputSchema: { type: 'object' } as JsonObject }
    const calls = [{ name: 'pay', arguments: { to: 'Anna' } }]
    const model = scriptedModel([{ calls }, { text: 'done' }, { calls }, { text: 'done' }])
    const agent = new AgentExecutor({ model, tools: [tool] })
    const turns: number[] = []
    for (let i = 0; i < 2; i++) {
      const run = agent.run('Pay.', { run: 'thread-7' })
      for await (const event of run) if (event.type === 'turn_started') turns.push(event.turn)
    }
    expect(turns).toEqual([0, 1, 2, 3])
    expect(new Set(sorted(seen)).size).toBe(2)
  })
})

describe('a digest', () => {
  test('a digest is that of SHA-256, whatever the length', () => {
    for (let length = 0; length < 200; length++) {
      const text = 'aé€😀'.repeat(length).slice(0, length)
      const well = text.toWellFormed()
      expect(sha256(well)).toBe(createHash('sha256').update(well).digest('hex'))
    }
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })

  test('a digest does not depend on the order of properties', () => {
    expect(canonicalJson({ b: [1, -0, 'x"'], a: { d: null, c: undefined, B: true } })).toBe(
      '{"a":{"B":true,"d":null},"b":[1,0,"x\\""]}',
    )
  })
})
