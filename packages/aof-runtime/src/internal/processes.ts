/**
 * Processes and their descendants, for the command `aof` of the same version. They may change with every
 * release; applications use the other entry points.
 */
export { drawId, systemRandom } from '../core/host/random.ts'
export { endStragglers, MARK } from '../isolation/stragglers.ts'
export { processIds, statusFields } from '../isolation/proc.ts'
