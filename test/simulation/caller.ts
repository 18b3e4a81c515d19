import type { Logger } from '../../packages/aof-runtime/src/index.ts'
import { argumentsOf, idOf, nameOf } from './calls.ts'
import type { CallFacts, ExecutorFacts } from './facts.ts'
import type { Stage } from './stage.ts'

/** The input of a caller to an executor, and the caller's later behaviour. */

export function toolCallOf(call: CallFacts): { readonly arguments: unknown } {
  return { id: idOf(call), name: nameOf(call), arguments: argumentsOf(call), ...given(call.plan.limits) } as never
}

/** The options that are there. */
export function given<Options extends object>(options: Options): { [Name in keyof Options]?: number } {
  return Object.fromEntries(Object.entries(options).filter(([, ms]) => ms !== undefined)) as never
}

/** The limits that there are; a budget has no word for the others. */
export function finite<Limits extends Readonly<Record<string, number>>>(limits: Limits): Partial<Limits> {
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== Infinity)) as Partial<Limits>
}

/** Changes what was given, as a careless caller does: calls must have copies of their own. */
export function spoil(toolCalls: readonly { readonly arguments: unknown }[]): void {
  for (const { arguments: args } of toolCalls)
    if (typeof args === 'object' && args !== null && 'shared' in args) args.shared = 'spoilt'
}

const LOG_IS_FULL = new Error('the log is full')

export function loggerFor(stage: Stage, facts: ExecutorFacts): Logger | undefined {
  const { logger } = facts.plan
  if (logger === 'none') return undefined
  const write = (line: string): void => {
    stage.record(`log ${line.slice(0, 20)}`)
    if (logger === 'throws') {
      // A line that the hub logs is about a failure already.
      if (!line.startsWith('An event listener threw')) facts.listenersFailed++
      throw LOG_IS_FULL
    }
  }
  return { debug: write, info: write, warn: write, error: write }
}

/** An abort controller whose signal's listeners are counted in the batch. */
export function countedAbort(batch: { readonly listeners: Set<unknown> }): AbortController {
  const controller = new AbortController()
  const { signal } = controller
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>): void => {
    batch.listeners.add(args[1])
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>): void => {
    batch.listeners.delete(args[1])
    remove(...args)
  }
  return controller
}
