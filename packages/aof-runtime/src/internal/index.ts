/**
 * Helpers for the command `aof` of the same version. They may change with every
 * release; applications use the other entry points. Every start of the command loads this entry,
 * so it has only modules that load little or nothing else.
 */
export { keysOf } from '../core/contract/json-pointer.ts'
export { MAX_DELAY_MS } from '../core/host/clock.ts'
export { platformProblem } from '../core/host/platform.ts'
export { suggest } from '../core/contract/suggest.ts'
export { printable } from '../core/contract/text.ts'
