import { serialize } from 'node:v8'
import { thrownMessage } from '../core/values/failure.ts'
import { copyJson, NotJson } from '../core/values/json-copy.ts'
import { isInstance } from '../core/contract/safe-checks.ts'
import { packThrown } from './packed-thrown.ts'
import type { Ending } from './protocol.ts'

/**
 * Packs the value that a tool returned for the transfer. It crosses as JSON, in the form that the result will have, so
 * that `toJSON` and getters run in the worker. A value beyond JSON crosses as a structured clone (binary data), or
 * becomes an error that describes it.
 */
export function packResult(tool: string, run: number, value: unknown, maxBytes: number): Ending {
  // A tool may report a failure by returning an error.
  if (isInstance(value, Error)) return { type: 'threw', run, thrown: packThrown(value) }
  try {
    return { type: 'returned', run, value: copyJson(value, { maxBytes }) }
  } catch (thrown) {
    const refused = isInstance(thrown, NotJson) ? thrown : undefined
    const bytes = refused?.reason === 'unserializable' ? cloned(value) : undefined
    if (bytes !== undefined && bytes.length <= maxBytes) return { type: 'returned-bytes', run, bytes }
    const why =
      refused === undefined
        ? `cannot be read: ${thrownMessage(thrown)}`
        : `cannot leave its worker: it ${bytes === undefined ? refused.message : `takes more than ${maxBytes} bytes`}.`
    const error = new Error(`The tool '${tool}' returned a value that ${why} Return plain data.`, { cause: thrown })
    return { type: 'threw', run, thrown: packThrown(error) }
  }
}

/** The serialised clone; undefined for values that cannot be cloned: functions, symbols, promises, streams. */
function cloned(value: unknown): Uint8Array | undefined {
  try {
    return serialize(value)
  } catch {
    return undefined
  }
}
