import {
  type AnyTool,
  defineTool,
  type Logger,
  type SucceededResult,
  type ToolCall,
  type ToolEvent,
  ToolExecutor,
  type ToolExecutorOptions,
  type ToolResult,
  type UnsuccessfulResult,
} from '../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'

/** An executor in virtual time, with all that can be observed of it. */
export interface SetUp {
  readonly clock: VirtualClock
  readonly executor: ToolExecutor
  readonly events: ToolEvent[]
  readonly lines: string[]
  /** Runs calls to their end in virtual time. */
  run(calls: readonly ToolCall[], options?: Parameters<ToolExecutor['executeTools']>[1]): Promise<ToolResult[]>
}

export type SetUpOptions = Partial<ToolExecutorOptions> & {
  readonly clock?: VirtualClock
  readonly quiet?: boolean
}

export function setUp(tools: readonly AnyTool[], options: SetUpOptions = {}): SetUp {
  const { clock = new VirtualClock(), quiet = false, ...rest } = options
  const { logger, lines } = recordingLogger()
  const executor = new ToolExecutor({ tools, clock, random: () => 0.5, ...(quiet ? {} : { logger }), ...rest })
  const events: ToolEvent[] = []
  if (!quiet) executor.subscribe((event) => events.push(event))
  return {
    clock,
    executor,
    events,
    lines,
    run: (calls, callOptions) => clock.runUntil(executor.executeTools(calls, callOptions)),
  }
}

export function recordingLogger(): { logger: Logger; lines: string[] } {
  const lines: string[] = []
  const at =
    (level: string) =>
    (message: string): void =>
      void lines.push(`${level} ${message}`)
  return { lines, logger: { debug: at('DEBUG'), info: at('INFO'), warn: at('WARN'), error: at('ERROR') } }
}

export function callOf(name: string, args: unknown = {}, id = 'id'): ToolCall {
  return { id, name, arguments: args }
}

export function callsOf(name: string, count: number): ToolCall[] {
  return Array.from({ length: count }, (_, i) => callOf(name, { i }, `c${i}`))
}

/** A tool that takes `ms` of virtual time and gives its input back. */
export function sleeper(clock: VirtualClock, name = 'sleep', ms = 100): AnyTool {
  return defineTool({
    name,
    execute: async (input: object) => {
      await clock.sleep('ms' in input ? Number(input.ms) : ms)
      return input
    },
  })
}

/** A tool that runs until its signal aborts, and returns the reason. */
export function untilAborted(name = 'until_aborted'): AnyTool {
  return defineTool({
    name,
    execute: (_input, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      }),
  })
}

/** A tool that heeds no signal and ends only when the test says so. */
export function deaf(name = 'deaf'): {
  tool: AnyTool
  readonly runs: PromiseWithResolvers<unknown>[]
} {
  const runs: PromiseWithResolvers<unknown>[] = []
  const tool = defineTool({
    name,
    execute: () => {
      const run = Promise.withResolvers<unknown>()
      runs.push(run)
      return run.promise
    },
  })
  return { tool, runs }
}

export function failureOf(result: ToolResult | undefined): UnsuccessfulResult {
  if (result === undefined || result.success) throw new Error(`expected a failure, got ${JSON.stringify(result)}`)
  return result
}

export function dataOf(result: ToolResult | undefined): SucceededResult['data'] {
  if (result === undefined || !result.success) throw new Error(`expected a success, got ${JSON.stringify(result)}`)
  return result.data
}

export function eventsOf<T extends ToolEvent['type']>(
  events: readonly ToolEvent[],
  type: T,
): Extract<ToolEvent, { type: T }>[] {
  return events.filter((event): event is Extract<ToolEvent, { type: T }> => event.type === type)
}

/** An abort controller whose signal counts the listeners that it has. */
export function countedAbort(): { controller: AbortController; readonly listeners: number } {
  const controller = new AbortController()
  const { signal } = controller
  const listeners = new Set<unknown>()
  const add = signal.addEventListener.bind(signal) as AbortSignal['addEventListener']
  const remove = signal.removeEventListener.bind(signal) as AbortSignal['removeEventListener']
  signal.addEventListener = (...args: Parameters<typeof add>): void => {
    listeners.add(args[1])
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>): void => {
    listeners.delete(args[1])
    remove(...args)
  }
  return {
    controller,
    get listeners() {
      return listeners.size
    },
  }
}

/** A proxy on which every operation throws. */
export function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

/** The promise's rejection; throws where it resolves. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (thrown) {
    return thrown
  }
  throw new Error('expected a rejection')
}

/** An object that `await` waits for although it is not a promise. */
export function thenable(then: (resolve: (value: unknown) => void, reject: (reason: unknown) => void) => void): object {
  const object = {}
  Reflect.set(object, 'then', then)
  return object
}

/** An object with a getter of the given name. */
export function withGetter(name: string, get: () => unknown): object {
  return Object.defineProperty({}, name, { get, enumerable: true })
}

/** The error that `run` throws, which must be a `type`. */
export function thrownBy<T>(type: abstract new (...args: never[]) => T, run: () => unknown): T {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof type) return thrown
    throw thrown
  }
  throw new Error(`expected a ${type.name} to be thrown`)
}
