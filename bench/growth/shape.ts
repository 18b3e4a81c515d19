import {
  type AnyTool,
  defineTool,
  type ToolCall,
  ToolExecutor,
  type ToolResult,
} from '../../packages/aof-runtime/dist/index.js'

/** A workload of N things at once, whose cost may grow faster than N. */
export interface Shape {
  readonly name: string
  /** The largest measured N; the others are a quarter and a sixteenth of it. */
  readonly most: number
  /** Runs the workload once with N; throws if the outcome is wrong. */
  readonly run: (n: number) => Promise<unknown>
}

export interface Input {
  readonly i: number
}

/** A tool that returns at once, so that the cost is the engine's. */
export function quick(name = 'quick', more: object = {}): AnyTool {
  return defineTool({ name, execute: async ({ i }: Input) => ({ i }), ...more } as never)
}

/** A tool whose calls all end together, once the announced number of them has begun. */
export class Meeting {
  readonly tool: AnyTool
  #missing = 0
  #all = Promise.withResolvers<void>()

  constructor(more: object = {}) {
    this.tool = quick('meets', {
      execute: async () => {
        const all = this.#all
        if (--this.#missing === 0) all.resolve()
        await all.promise
        return {}
      },
      ...more,
    })
  }

  expects(n: number): void {
    this.#missing = n
    this.#all = Promise.withResolvers<void>()
  }
}

export function calls(n: number, of: (i: number) => Partial<ToolCall> = () => ({})): ToolCall[] {
  return Array.from({ length: n }, (_, i) => ({ id: `c${i}`, name: 'quick', arguments: { i }, ...of(i) }))
}

/** An executor without a bound on parallel tools or on its queue. */
export function executorOf(tools: readonly AnyTool[], more: object = {}): ToolExecutor {
  return new ToolExecutor({ tools, maxParallelTools: Infinity, queue: { max: Infinity }, ...more })
}

/** Throws unless there are `n` results, all of the given status. */
export function check(results: readonly ToolResult[], n: number, status: ToolResult['status'] = 'succeeded'): void {
  const wrong = results.find((result) => result.status !== status)
  if (wrong !== undefined) throw new Error(`Expected ${status}, got ${JSON.stringify(wrong)}.`)
  if (results.length !== n) throw new Error(`Expected ${n} results, got ${results.length}.`)
}

/** Runs N calls of a turn in one batch. */
export async function whole(
  executor: ToolExecutor,
  given: readonly ToolCall[],
  status?: ToolResult['status'],
): Promise<void> {
  check(await executor.executeTools(given, { maxCalls: Infinity }), given.length, status)
}

/** The same, one by one in an open batch. */
export async function added(
  executor: ToolExecutor,
  given: readonly ToolCall[],
  status?: ToolResult['status'],
): Promise<void> {
  const batch = executor.openBatch({ maxCalls: Infinity })
  for (const call of given) batch.add(call)
  batch.close()
  check(await batch.results(), given.length, status)
}

/** The same, but all places are reserved first, and arguments arrive in reverse order. */
export async function reversed(executor: ToolExecutor, given: readonly ToolCall[]): Promise<void> {
  const batch = executor.openBatch({ maxCalls: Infinity })
  const slots = given.map(({ id, name }) => batch.reserve({ id, name }))
  for (let i = slots.length - 1; i >= 0; i--) slots[i]?.complete(given[i]?.arguments)
  batch.close()
  check(await batch.results(), given.length)
}
