/**
 * Helpers for the command `aof` of the same version. They may change with every
 * release; applications use the other entry points.
 */
export { describeIssues } from '../core/contract/schema.ts'
export { thrownMessage } from '../core/values/failure.ts'
export { keysOf } from '../core/contract/json-pointer.ts'
export { stalledLine } from '../core/calls/log-lines.ts'
export { MAX_DELAY_MS } from '../core/host/clock.ts'
export { platformProblem } from '../core/host/platform.ts'
export { drawId, systemRandom } from '../core/host/random.ts'
export { Redaction } from '../core/values/redaction.ts'
export { isInstance } from '../core/contract/safe-checks.ts'
export { Secrets } from '../core/values/secrets.ts'
export { suggest } from '../core/contract/suggest.ts'
export { printable } from '../core/contract/text.ts'
export { thrownPlace } from '../core/contract/thrown-place.ts'
export { isKnownEnd, isMarkedIncomplete } from '../core/contract/turn-end.ts'
export { within } from '../core/host/within.ts'
