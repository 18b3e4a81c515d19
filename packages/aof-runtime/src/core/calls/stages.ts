import { Intake } from './intake.ts'
import { Queueing } from './queueing.ts'
import { Retrying } from './retrying.ts'
import { Running, type RunningServices } from './running.ts'
import type { ExecutorServices } from './services.ts'
import { Settling } from './settling.ts'
import { Starting } from './starting.ts'
import { Preceding } from './preceding.ts'

/** The stages of calls that batches turn to. */
export interface Stages {
  readonly intake: Intake
  readonly preceding: Preceding
  readonly queueing: Queueing
  readonly settling: Settling
}

/** The stages of the calls of one executor, each with the next: intake, preceding, queueing, starting, running, settling. */
export function makeStages(services: ExecutorServices & Pick<RunningServices, 'nest'>): Stages {
  const settling = new Settling(services)
  const retrying = new Retrying(services, (call, given) => intake.again(call, given))
  const running = new Running(services, settling, retrying)
  const starting = new Starting(services, settling, running, (call) => preceding.ask(call))
  const queueing = new Queueing(services, settling, starting)
  const preceding = new Preceding(services, settling, queueing)
  const intake: Intake = new Intake(services, settling, preceding)
  return { intake, preceding, queueing, settling }
}
