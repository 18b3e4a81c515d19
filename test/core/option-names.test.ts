import { describe, expect, test } from 'vitest'
import { AgentExecutor } from '../../packages/aof-runtime/src/agent/index.ts'
import {
  AdmissionController,
  type AnyTool,
  Budget,
  defineTool,
  foreignAnnotations,
  MisuseError,
  planTool,
  ToolExecutor,
  ToolFailure,
} from '../../packages/aof-runtime/src/index.ts'
import {
  forEachSeed,
  scriptedModel,
  SeededScheduler,
  VirtualClock,
} from '../../packages/aof-runtime/src/testing/index.ts'
import { thrownBy } from './harness.ts'

const execute = (): string => 'done'
const tool = defineTool({ name: 't', execute })
const executor = new ToolExecutor({ tools: [tool] })
const shown = defineTool({ name: 'shown', inputSchema: { type: 'object' }, execute })

/** Options as they come from JavaScript. */
const any = (options: object): never => options as never

const defined = (options: object): unknown => defineTool(any({ name: 't', execute, ...options }))
const model = scriptedModel([{ text: 'hello' }])
const agent = (options: object): AgentExecutor => new AgentExecutor(any({ model, tools: [shown], ...options }))

async function misuseIn(promise: Promise<unknown>): Promise<MisuseError> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(thrown instanceof MisuseError)) throw new Error('expected a MisuseError', { cause: thrown })
  return thrown
}

describe('an unknown option is a MisuseError that says which one was meant', () => {
  const cases: [words: string, meant: string | undefined, make: () => unknown][] = [
    ['maxParalel', 'maxParallelTools', () => new ToolExecutor(any({ tools: [], maxParalel: 3 }))],
    ['concurrency', 'maxParallelTools', () => new ToolExecutor(any({ tools: [], concurrency: 3 }))],
    ['timeout', 'timeoutMs', () => new ToolExecutor(any({ tools: [], timeout: 3 }))],
    ['secret', 'secrets', () => new ToolExecutor(any({ tools: [], secret: 'x' }))],
    ['queue.maximum', 'max', () => new ToolExecutor({ tools: [], queue: any({ maximum: 3 }) })],
    ['spill.dir', 'directory', () => new ToolExecutor({ tools: [], spill: any({ dir: '/tmp' }) })],
    ['grace', 'graceMs', () => new ToolExecutor(any({ tools: [], grace: undefined }))],
    ["tool 't'.inputSchma", 'inputSchema', () => defined({ inputSchma: {} })],
    ["tool 't'.parameters", 'inputSchema', () => defined({ parameters: {} })],
    ["tool 't'.timeout", 'timeoutMs', () => defined({ timeout: 5 })],
    ["tool 't'.colour", undefined, () => defined({ colour: 'red' })],
    ["tool 't'.retry.retries", 'maxAttempts', () => defined({ retry: { maxAttempts: 2, retries: 3 } })],
    ["tool 't'.breaker.openMS", 'openMs', () => defined({ breaker: { openMS: 3 } })],
    ["tool 't'.rate.per", 'perMs', () => defined({ rate: { n: 1, perMs: 1, per: 2 } })],
    ["tool 't'.annotations.readonlyHint", 'readOnlyHint', () => defined({ annotations: { readonlyHint: true } })],
    [
      "tool 't'.isolation.memory",
      'maxMemoryMb',
      () => defined({ isolation: { mode: 'thread', module: '/t.js', memory: 64 } }),
    ],
    [
      "tool 'raw'.inputSchma",
      'inputSchema',
      () => new ToolExecutor(any({ tools: [{ name: 'raw', execute, inputSchma: {} }] })),
    ],
    ['maxParalel', 'maxParallel', () => new AdmissionController(any({ maxParalel: 3 }))],
    ['maxStep', 'maxSteps', () => planTool(executor, any({ maxStep: 3 }))],
    ['budget.maxTokens', 'tokens', () => new Budget(any({ maxTokens: 3 }))],
    [
      'budget.cost.maximum',
      'max',
      () => new Budget({ cost: any({ max: 1, inputPerMillion: 1, outputPerMillion: 1, maximum: 2 }) }),
    ],
    ['abortSignal', 'signal', () => executor.openBatch(any({ abortSignal: AbortSignal.timeout(1) }))],
    ['run.wieght', 'weight', () => executor.openBatch({ run: any({ id: 'r', weight: 1, wieght: 2 }) })],
    [
      'batch.reserve(call).dependOn',
      undefined,
      () => executor.openBatch().reserve(any({ id: '1', name: 't', dependOn: ['0'] })),
    ],
    ['drainMS', 'drainMs', () => new ToolExecutor({ tools: [] }).close(any({ drainMS: 3 }))],
    ['ToolFailure "busy".retriable', 'retryable', () => new ToolFailure('busy', any({ retriable: true }))],
    ['system', 'instructions', () => agent({ system: 'be brief' })],
    ['maxIteration', 'maxIterations', () => agent({ maxIteration: 3 })],
    ['maxTokens', 'maxOutputTokens', () => agent({ maxTokens: 3 })],
    ['modelRetry.retries', 'maxAttempts', () => agent({ modelRetry: { maxAttempts: 1, retries: 3 } })],
    ['plan.maxStep', 'maxSteps', () => agent({ plan: { maxStep: 3 } })],
    ['abortSignal', 'signal', () => agent({}).run('hi', any({ abortSignal: AbortSignal.timeout(1) }))],
    ['turn', undefined, () => agent({}).run('hi', any({ turn: 2 }))],
    ['input.message', 'messages', () => agent({}).run(any({ messages: [], message: [] }))],
    ['start', 'startMs', () => new VirtualClock(any({ start: 3 }))],
    ['chunkSize', undefined, () => scriptedModel([], any({ chunkSize: 3 }))],
    ['maxRelease', 'maxReleases', () => new SeededScheduler(any({ seed: 1, maxRelease: 3 }))],
  ]
  test.each(cases)('%s: %s', (words, meant, make) => {
    const { message, option } = thrownBy(MisuseError, make)
    expect(option).toBe(words)
    if (meant !== undefined) expect(message).toBe(`${words}: no such option. Did you mean ${meant}?`)
  })

  test('the error of an unknown option lists all names if none is similar', () => {
    const { message } = thrownBy(MisuseError, () => planTool(executor, any({ colour: 1 })))
    expect(message).toBe('colour: no such option. Known are name, description, maxSteps.')
  })

  const late: [words: string, meant: string, make: () => Promise<unknown>][] = [
    ['abortSignal', 'signal', () => executor.executeTools([], any({ abortSignal: AbortSignal.timeout(1) }))],
    ['timeout', 'timeoutMs', () => executor.call(tool, {}, any({ timeout: 3 }))],
    ['drain', 'drainMs', () => agent({}).close(any({ drain: 3 }))],
    ['maxMS', 'maxMs', () => new VirtualClock().runAll(any({ maxMS: 3 }))],
    ['labels', 'label', () => new VirtualClock().runUntil(Promise.resolve(), any({ labels: 'x' }))],
    ['labels', 'label', () => new SeededScheduler({ seed: 1 }).waitFor(Promise.resolve(), any({ labels: 'x' }))],
    ['seed', 'seeds', () => forEachSeed(any({ seeds: 1, seed: 3 }), () => {})],
  ]
  test.each(late)('%s: %s, as a rejection', async (words, meant, make) => {
    const error = await misuseIn(make())
    expect(error.message).toBe(`${words}: no such option. Did you mean ${meant}?`)
  })

  test('the options of nested calls are checked, too', async () => {
    const outer = defineTool({
      name: 'outer',
      execute: async (_, { executor: inner }) => inner.executeTools([], any({ abortSignal: undefined })),
    })
    const result = await new ToolExecutor({ tools: [outer] }).call(outer, {})
    expect(!result.success && result.error.message).toContain('abortSignal: no such option. Did you mean signal?')
  })

  test('a list in place of options is refused', async () => {
    const error = await misuseIn(executor.executeTools([], any([])))
    expect(error.message).toBe('options: expected an object, got an array.')
  })

  test('I38 a property that other code added to every object is not an option', async () => {
    Object.defineProperty(Object.prototype, 'polluted', {
      value: 1,
      enumerable: true,
      configurable: true,
      writable: true,
    })
    try {
      const results = await executor.executeTools([{ id: '1', name: 't', arguments: {} }], {})
      expect(results).toMatchObject([{ status: 'succeeded' }])
    } finally {
      delete (Object.prototype as { polluted?: number }).polluted
    }
  })

  test('a tool that is an instance of a class may have further properties', async () => {
    class Search implements AnyTool {
      readonly name = 'search'
      readonly limit = 3
      execute = execute
    }
    const results = await new ToolExecutor({ tools: [new Search()] }).executeTools([
      { id: '1', name: 'search', arguments: {} },
    ])
    expect(results).toMatchObject([{ status: 'succeeded' }])
  })

  test('an effect with a misspelt scope fails the call', async () => {
    const writes = defineTool({
      name: 'writes',
      effects: () => [any({ resource: 'a', mode: 'write', scop: 'run' })],
      execute,
    })
    const result = await new ToolExecutor({ tools: [writes] }).call(writes, {})
    expect(result).toMatchObject({
      status: 'failed',
      error: {
        code: 'effects_failed',
        message: expect.stringContaining("an effect has no 'scop'. Did you mean scope?"),
      },
    })
  })
})

describe('values of the wrong kind are a MisuseError', () => {
  test.each([
    [
      'tool \'t\'.annotations.readOnlyHint: expected true or false, got "yes".',
      () => defined({ annotations: { readOnlyHint: 'yes' } }),
    ],
    ["tool 't'.annotations.title: expected a string, got 3.", () => defined({ annotations: { title: 3 } })],
    ["tool 't'.annotations: expected an object, got an array.", () => defined({ annotations: ['readOnlyHint'] })],
    ['temperature: expected a number, got "warm".', () => agent({ temperature: 'warm' })],
    ['stopSequences: expected an array of strings, got "END".', () => agent({ stopSequences: 'END' })],
    [
      'toolChoice: expected an object, e.g. { type: \'auto\' }, got "required".',
      () => agent({ toolChoice: 'required' }),
    ],
  ])('%s', (words, make) => {
    expect(thrownBy(MisuseError, make).message).toBe(words)
  })
})

describe("a foreign server's annotations keep no tool from running", () => {
  test('unknown annotations, and those of the wrong kind, are left out and named', () => {
    const ignored: string[][] = []
    const sent = JSON.parse(
      '{"title":"Search","readOnlyHint":"yes","openWorldHint":false,"audience":[],"__proto__":{}}',
    )
    expect(foreignAnnotations(sent, (names) => ignored.push([...names]))).toEqual({
      title: 'Search',
      openWorldHint: false,
    })
    expect(ignored).toEqual([['readOnlyHint', 'audience', '__proto__']])
  })

  test.each([undefined, null, 'read-only', 3])('a server that sends %s gives no annotations', (sent) => {
    expect(foreignAnnotations(sent, () => expect.unreachable())).toEqual({})
  })
})
