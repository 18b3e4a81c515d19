import type { CallPlace } from '../../../packages/aof-runtime/src/index.ts'
import { shownId } from './call-arguments.ts'
import { type AttemptFacts, type BatchFacts, goesOnAlone, isCut } from './facts.ts'
import type { Stage } from './stage.ts'

/** The attempt that makes the calls of a batch, as its first event says; numbers of batches are those of one executor. */
export function makerOf(
  { sites }: Stage,
  { within }: BatchFacts,
  { run, batch, index, id }: CallPlace,
): AttemptFacts | undefined {
  const makers = sites
    .map(({ batches }) => batches.get(batch))
    .map((each) => (each?.runName === run ? each.calls[index]?.attempts.at(-1) : undefined))
    .filter((attempt) => attempt?.isOver === false && shownId(attempt.call) === id)
  return makers.includes(within) ? within : makers[0]
}

/** A batch that no call makes: its code runs in no tool, or in that of a call that is over, and then nothing of it runs. */
export function checkUnmade(stage: Stage, batch: BatchFacts): void {
  const { within, isByContext, label } = batch
  if (within === undefined) return
  if (goesOnAlone(within) || isCut(within.call) || (isByContext && within.isOver)) batch.isAborted = true
  else if (isByContext || !within.isOver) stage.fault('I26', `${label} is not known to be made by ${within.call.mark}`)
}
