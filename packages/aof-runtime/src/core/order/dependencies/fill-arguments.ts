import type { ErrorCode } from '../../contract/error-code.ts'
import { thrownMessage } from '../../values/failure.ts'
import { copyJson } from '../../values/json-copy.ts'
import type { JsonValue } from '../../contract/json.ts'
import type { SpilledFile, SucceededResult, ToolResult } from '../../contract/result.ts'
import { fillReferences, ReferenceFailure, type ReferenceSyntax } from './references.ts'
import type { CallName } from '../../contract/call.ts'

/** Access to the results that replace references in arguments. */
export interface ResultSources {
  readonly syntax: ReferenceSyntax
  /** The largest size of the filled arguments, in bytes of JSON. */
  readonly maxBytes: number
  resultOf(name: CallName): ToolResult | undefined
  /** Reads the complete JSON of a result that was too large to be kept in memory. */
  read(file: SpilledFile): Promise<string>
}

/** The filled arguments, or the failure. */
export type FilledArguments =
  | { readonly ok: true; readonly value: JsonValue }
  | {
      readonly ok: false
      readonly code: ErrorCode
      readonly message: string
      readonly thrown?: unknown
    }

/**
 * Replaces the references in the arguments of a call by the data of the results: a copy that shares nothing with the
 * results. Synchronous, unless a spilled result has to be read; the promise never rejects.
 *
 * @param producers the calls that the arguments refer to; all have succeeded
 */
export function fillArguments(
  value: unknown,
  producers: readonly CallName[],
  sources: ResultSources,
): FilledArguments | Promise<FilledArguments> {
  const whole = new Map<CallName, JsonValue>()
  const spilled: [CallName, SpilledFile][] = []
  for (const name of producers) {
    const result = sources.resultOf(name) as SucceededResult
    if (result.spilled === undefined) whole.set(name, result.data)
    else spilled.push([name, result.spilled])
  }
  if (spilled.length === 0) return fill(value, whole, sources)
  return readBack(spilled, whole, sources).then(
    () => fill(value, whole, sources),
    (thrown: unknown) => ({ ok: false, code: 'spill_failed', message: cannotRead(thrown), thrown }),
  )
}

async function readBack(
  spilled: readonly [CallName, SpilledFile][],
  whole: Map<CallName, JsonValue>,
  { read }: ResultSources,
): Promise<void> {
  const texts = await Promise.all(spilled.map(([, file]) => read(file)))
  for (const [i, [name]] of spilled.entries()) whole.set(name, JSON.parse(texts[i] as string) as JsonValue)
}

function fill(
  value: unknown,
  whole: ReadonlyMap<CallName, JsonValue>,
  { syntax, maxBytes }: ResultSources,
): FilledArguments {
  try {
    const filled = fillReferences(value, syntax, (name) => whole.get(name) as JsonValue, maxBytes)
    return { ok: true, value: copyJson(filled, { maxBytes, refusePrototypeKeys: true }) }
  } catch (error) {
    if (error instanceof ReferenceFailure)
      return { ok: false, code: 'invalid_reference', message: `${error.message} Nothing was run.` }
    const message = `The arguments are not valid after the results that they refer to were filled in: the value ${thrownMessage(error)}. Nothing was run.`
    return { ok: false, code: 'invalid_arguments', message }
  }
}

function cannotRead(thrown: unknown): string {
  return `The arguments refer to a result that was written to a file for its size, and the file cannot be read: ${thrownMessage(thrown)}. Nothing was run.`
}
