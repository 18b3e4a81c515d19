import { admission } from './bugs/admission.ts'
import { attempts } from './bugs/attempts.ts'
import { batches } from './bugs/batches.ts'
import { crossings } from './bugs/crossings.ts'
import { nesting } from './bugs/nesting.ts'
import { order } from './bugs/order.ts'
import { policies } from './bugs/policies.ts'
import { queues } from './bugs/queues.ts'
import { records } from './bugs/records.ts'
import { reentrancy } from './bugs/reentrancy.ts'
import { timeouts } from './bugs/timeouts.ts'
import type { PlantedBug } from './planted-bug.ts'

/** Every planted bug, room by room. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  ...timeouts,
  ...attempts,
  ...records,
  ...batches,
  ...policies,
  ...admission,
  ...nesting,
  ...order,
  ...crossings,
  ...reentrancy,
  ...queues,
]
