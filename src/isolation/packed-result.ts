import { serialize } from 'node:v8'
import { thrownMessage } from '../core/failure.ts'
import { copyJson, NotJson } from '../core/json-copy.ts'
import { isInstance } from '../core/safe-checks.ts'
import { packThrown } from './packed-thrown.ts'
import type { Ending } from './protocol.ts'

/**
 * What a tool returned, ready to cross the border. It crosses as JSON, as its result will hold it in the end, so that
 * `toJSON` and getters are asked where they are; what JSON cannot hold crosses as a structured clone (binary data), or
 * becomes an error that says what it was.
 */
export function packResult(tool: string, run: number, value: unknown, maxBytes: number): Ending {
  // A tool may say that it failed by returning an error as well as by throwing it.
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

/** Undefined for what cannot be cloned: functions, symbols, promises, streams. */
function cloned(value: unknown): Uint8Array | undefined {
  try {
    return serialize(value)
  } catch {
    return undefined
  }
}
