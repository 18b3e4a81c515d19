import { added, calls, check, executorOf, quick, reversed, type Shape, whole } from './shape.ts'

const SCHEMA = { type: 'object', properties: { i: { type: 'integer' } }, required: ['i'] } as const

/** The calls of a turn, and their arrival. */
export const TURNS: readonly Shape[] = [
  { name: 'flat, room for all', most: 32_000, run: (n) => whole(executorOf([quick()]), calls(n)) },
  { name: 'flat, under a limit', most: 32_000, run: (n) => whole(limited(), calls(n)) },
  {
    name: 'JSON text with a schema',
    most: 16_000,
    run: (n) =>
      whole(
        executorOf([quick('quick', { inputSchema: SCHEMA })]),
        calls(n, (i) => ({ arguments: `{"i":${i}}` })),
      ),
  },
  {
    name: 'as many tools as calls',
    most: 4_000,
    run: (n) =>
      whole(
        executorOf(
          Array.from({ length: n }, (_, i) => quick(`t${i}`)),
          { maxParallelTools: 10 },
        ),
        calls(n, (i) => ({ name: `t${i}` })),
      ),
  },
  {
    name: 'as many timeouts as calls',
    most: 8_000,
    run: (n) =>
      whole(
        executorOf([quick()]),
        calls(n, (i) => ({ timeoutMs: 100_000 + i })),
      ),
  },
  {
    name: 'as many deadlines as calls',
    most: 8_000,
    run: (n) =>
      whole(
        executorOf([quick()], { maxParallelTools: 10 }),
        calls(n, (i) => ({ deadlineMs: 100_000 + i })),
      ),
  },
  { name: 'with a listener', most: 16_000, run: (n) => whole(heard(), calls(n)) },
  { name: 'unknown tools', most: 16_000, run: (n) => whole(executorOf([quick('other')]), calls(n), 'invalid') },
  { name: 'retried once', most: 8_000, run: retried },
  { name: 'aborted while they wait', most: 16_000, run: aborted },
  { name: 'open batch', most: 16_000, run: (n) => added(executorOf([quick()]), calls(n)) },
  { name: 'open batch, under a limit', most: 16_000, run: (n) => added(limited(), calls(n)) },
  { name: 'open batch, completed in reverse', most: 16_000, run: (n) => reversed(executorOf([quick()]), calls(n)) },
  {
    name: 'open batch, completed in reverse, under a limit',
    most: 16_000,
    run: (n) => reversed(limited(), calls(n)),
  },
  { name: 'open batch, each result awaited', most: 16_000, run: awaited },
  { name: 'open batch, results as they come', most: 16_000, run: iterated },
  { name: 'open batch, slots never completed', most: 16_000, run: leftOpen },
  { name: 'batches of one call at once', most: 8_000, run: batches },
]

function limited() {
  return executorOf([quick()], { maxParallelTools: 10 })
}

function heard() {
  const executor = limited()
  executor.subscribe(() => {})
  return executor
}

async function retried(n: number): Promise<void> {
  const failed = new Set<number>()
  const flaky = quick('quick', {
    annotations: { idempotentHint: true },
    retry: { maxAttempts: 2, initialDelayMs: 0 },
    execute: async ({ i }: { i: number }) => {
      if (failed.has(i)) return i
      failed.add(i)
      throw new Error('The first time.')
    },
  })
  await whole(executorOf([flaky], { maxParallelTools: 10 }), calls(n))
}

async function aborted(n: number): Promise<void> {
  const abort = new AbortController()
  const executor = executorOf([quick('quick', { execute: () => new Promise(() => {}) })], {
    maxParallelTools: 1,
    graceMs: 0,
  })
  const results = executor.executeTools(calls(n), { maxCalls: Infinity, signal: abort.signal })
  abort.abort()
  check(await results, n, 'aborted')
}

async function awaited(n: number): Promise<void> {
  const batch = limited().openBatch({ maxCalls: Infinity })
  const results = calls(n).map((call) => batch.add(call).result())
  batch.close()
  check(await Promise.all(results), n)
}

async function iterated(n: number): Promise<void> {
  const batch = limited().openBatch({ maxCalls: Infinity })
  for (const call of calls(n)) batch.add(call)
  batch.close()
  check(await Array.fromAsync(batch), n)
}

async function leftOpen(n: number): Promise<void> {
  const batch = limited().openBatch({ maxCalls: Infinity })
  for (const call of calls(n)) batch.reserve(call)
  batch.close()
  check(await batch.results(), n, 'invalid')
}

async function batches(n: number): Promise<void> {
  const executor = limited()
  const results = await Promise.all(calls(n).map((call) => executor.executeTools([call])))
  check(results.flat(), n)
}
