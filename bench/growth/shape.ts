import {
  type AnyTool,
  defineTool,
  type ToolCall,
  ToolExecutor,
  type ToolResult,
} from '../../packages/aof-runtime/dist/index.js'

/** A way in which many things come at once, whose cost may grow faster than they do. */
export interface Shape {
  readonly name: string
  /** The largest N that is measured; the others are a quarter and a sixteenth of it. */
  readonly most: number
  /** Does it once with N of them; throws where it does not come out as it should. */
  readonly run: (n: number) => Promise<unknown>
}

export interface Input {
  readonly i: number
}

/** A tool that returns at once, so that what is left is the engine. */
export function quick(name = 'quick', more: object = {}): AnyTool {
  return defineTool({ name, execute: async ({ i }: Input) => ({ i }), ...more } as never)
}

/** A tool whose calls all end together, once as many have begun as were announced. */
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

/** N names, most of them needed once. */
export function executorOf(tools: readonly AnyTool[], more: object = {}): ToolExecutor {
  return new ToolExecutor({ tools, maxParallelTools: Infinity, queue: { max: Infinity }, ...more })
}

/** Throws unless there are `n` results, and all succeeded, or all have that status. */
export function check(results: readonly ToolResult[], n: number, status: ToolResult['status'] = 'succeeded'): void {
  const wrong = results.find((result) => result.status !== status)
  if (wrong !== undefined) throw new Error(`Expected ${status}, got ${JSON.stringify(wrong)}.`)
  if (results.length !== n) throw new Error(`Expected ${n} results, got ${results.length}.`)
}

/** N calls of a turn, in one batch that comes whole. */
export async function whole(
  executor: ToolExecutor,
  given: readonly ToolCall[],
  status?: ToolResult['status'],
): Promise<void> {
  check(await executor.executeTools(given, { maxCalls: Infinity }), given.length, status)
}

/** The same, one by one in a batch that is open. */
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

/** The same, where all have their places before the first has its arguments, and the last has them first. */
export async function reversed(executor: ToolExecutor, given: readonly ToolCall[]): Promise<void> {
  const batch = executor.openBatch({ maxCalls: Infinity })
  const slots = given.map(({ id, name }) => batch.reserve({ id, name }))
  for (let i = slots.length - 1; i >= 0; i--) slots[i]?.complete(given[i]?.arguments)
  batch.close()
  check(await batch.results(), given.length)
}
