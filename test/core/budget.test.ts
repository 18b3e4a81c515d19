import { describe, expect, test } from 'vitest'
import { Budget, type BudgetOptions, defineTool, MisuseError } from '../../packages/aof-runtime/src/index.ts'
import { callOf, callsOf, failureOf, setUp } from './harness.ts'

const search = defineTool({ name: 'search', execute: () => 'found' })
const other = defineTool({ name: 'other', execute: () => 'done' })

describe('a budget (I27)', () => {
  test('I27 a budget of tool calls bounds the calls of all batches that share it; further calls are rejected', async () => {
    const budget = new Budget({ toolCalls: 3 })
    const { run } = setUp([search, other])
    const first = await run(callsOf('search', 2), { budget })
    expect([first.map(({ status }) => status), budget.exceeded]).toEqual([['succeeded', 'succeeded'], undefined])
    const second = await run([callOf('other'), callOf('other')], { budget })
    expect(second.map(({ status }) => status)).toEqual(['succeeded', 'rejected'])
    expect(failureOf(second[1])).toMatchObject({
      execution: 'none',
      error: {
        code: 'budget_exceeded',
        message: 'The run has used up its budget (toolCalls); nothing was run. Go on with what is there.',
        retryable: false,
      },
    })
    expect(budget.exceeded).toBe('toolCalls')
    expect(budget.used).toEqual({ toolCalls: 3, retries: 0, tokens: 0, cost: undefined })
  })

  test('I27 I38 a budget of single tools does not affect the others, and names reach no prototype', async () => {
    const odd = ['__proto__', 'constructor', 'toString'].map((name) => defineTool({ name, execute: () => 1 }))
    const budget = new Budget({ callsPerTool: { search: 1 } })
    const { run } = setUp([search, other, ...odd])
    const results = await run(
      ['search', 'search', 'other', '__proto__', 'constructor', 'toString'].map((name) => callOf(name)),
      { budget },
    )
    expect(results.map(({ status }) => status)).toEqual([
      'succeeded',
      'rejected',
      'succeeded',
      'succeeded',
      'succeeded',
      'succeeded',
    ])
    expect(budget.exceeded).toBe('callsPerTool.search')
  })

  test('a call that is refused before it runs uses nothing of a budget', async () => {
    const budget = new Budget({ toolCalls: 1 })
    const { run } = setUp([search])
    const results = await run([callOf('nothing'), callOf('search', '{"cut'), callOf('search')], { budget })
    expect(results.map(({ status }) => status)).toEqual(['invalid', 'invalid', 'succeeded'])
  })

  test('a tool finds the budget as ctx.budget', async () => {
    const budget = new Budget({})
    const seen: unknown[] = []
    const tool = defineTool({ name: 'look', execute: (_input, ctx) => void seen.push(ctx.budget) })
    const { run } = setUp([tool])
    await run([callOf('look')], { budget })
    await run([callOf('look')])
    expect(seen).toEqual([budget, undefined])
  })

  test('a budget counts tokens, and money by the given prices', () => {
    const budget = new Budget({
      tokens: 1_000,
      cost: { max: 0.01, inputPerMillion: 3, outputPerMillion: 15, cachedInputPerMillion: 0.3 },
    })
    budget.spend({ input: 800, cachedInput: 500, output: 100 })
    expect(budget.used).toMatchObject({ tokens: 900 })
    expect(budget.used.cost).toBeCloseTo((300 * 3 + 500 * 0.3 + 100 * 15) / 1e6, 12)
    expect(budget.exceeded).toBeUndefined()
    budget.spend({ input: 100, cachedInput: 0, output: 1 })
    expect(budget.exceeded).toBe('tokens')
    const money = new Budget({ cost: { max: 0.001, inputPerMillion: 3, outputPerMillion: 15 } })
    money.spend({ input: 334, cachedInput: 300, output: 0 })
    expect(money.exceeded).toBe('cost')
  })

  test.each([
    [{ toolCalls: -1 }, 'budget.toolCalls'],
    [{ toolCalls: 1.5 }, 'budget.toolCalls'],
    [{ retries: Number.NaN }, 'budget.retries'],
    [{ tokens: '5' as never }, 'budget.tokens'],
    [{ wallMs: 0 }, 'budget.wallMs'],
    [{ callsPerTool: { a: -1 } }, 'budget.callsPerTool.a'],
    [{ cost: { max: 1, inputPerMillion: -3, outputPerMillion: 1 } }, 'budget.cost.inputPerMillion'],
    [{ cost: { max: 1 } as never }, 'budget.cost.inputPerMillion'],
  ] satisfies [BudgetOptions, string][])('%j is refused', (limits, named) => {
    expect(() => new Budget(limits)).toThrow(MisuseError)
    expect(() => new Budget(limits)).toThrow(named)
  })

  test('anything else as a budget is misuse', async () => {
    const { executor } = setUp([search])
    await expect(executor.executeTools([], { budget: { toolCalls: 1 } as never })).rejects.toThrow(MisuseError)
  })
})
