import type { CallInfo, ToolContext } from '../../../packages/aof-runtime/src/index.ts'
import type { AttemptFacts, BatchFacts, CallFacts } from './facts.ts'
import type { Site } from './plan.ts'

/** The actions of tools on the scenario around them. */
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

/** The context of every batch, by which a tool finds its call. */
export interface Context {
  readonly batch: BatchFacts
}

/** The information about its call that a tool's function gets. */
export type Info = CallInfo<unknown> | ToolContext

export function callOf(info: Info): CallFacts {
  const call = (info.context as Context | undefined)?.batch.calls[info.index]
  if (call === undefined) throw new Error('The runtime asks a tool about a call that there is not.')
  return call
}
