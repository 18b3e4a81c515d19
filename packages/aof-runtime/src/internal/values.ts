/**
 * Thrown values, and secrets in values, for the command `aof` of the same version. They may change with every
 * release; applications use the other entry points.
 */
export { stalledLine } from '../core/calls/log-lines.ts'
export { isInstance } from '../core/contract/safe-checks.ts'
export { thrownPlace } from '../core/contract/thrown-place.ts'
export { thrownMessage } from '../core/values/failure.ts'
export { Redaction } from '../core/values/redaction.ts'
export { Secrets } from '../core/values/secrets.ts'
