import type { IsolatedHooks, IsolatedRun } from '../contract/isolation.ts'

/** A place outside of this thread where the tool of an attempt runs. */
export interface Backend {
  /** Starts the tool. Never throws: the outcome has all failures. */
  start(hooks: IsolatedHooks): IsolatedRun
}
