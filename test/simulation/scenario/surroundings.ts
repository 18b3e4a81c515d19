import type { CallInfo, ToolContext } from '../../../packages/aof-runtime/src/index.ts'
import type { AttemptFacts, BatchFacts, CallFacts } from './facts.ts'
import type { Site } from './plan.ts'

/** What tools do to the scenario around them. */
export interface Surroundings {
  /** Code that is not the runtime's own is called: it may act, and throw. */
  react(site: Site, call: CallFacts | undefined): void
  /** A tool makes calls. */
  nest(
    attempt: AttemptFacts,
    act: Extract<CallFacts['plan']['acts'][number], { does: 'nest' }>,
    place: string,
  ): Promise<unknown>
}

/** What every batch has as its context: by it a tool finds its call. */
export interface Context {
  readonly batch: BatchFacts
}

/** What a tool's functions are told of their call. */
export type Info = CallInfo<unknown> | ToolContext

export function callOf(info: Info): CallFacts {
  const call = (info.context as Context | undefined)?.batch.calls[info.index]
  if (call === undefined) throw new Error('The runtime asks a tool about a call that there is not.')
  return call
}
