import type { ErrorCode } from '../../contract/error-code.ts'
import { thrownMessage } from '../../values/failure.ts'
import { copyJson } from '../../values/json-copy.ts'
import type { JsonValue } from '../../contract/json.ts'
import type { SpilledFile, SucceededResult, ToolResult } from '../../contract/result.ts'
import { fillReferences, ReferenceFailure, type ReferenceSyntax } from './references.ts'
import type { CallName } from '../../contract/call.ts'

/** What the arguments of a call are filled from. */
export interface ResultSources {
  readonly syntax: ReferenceSyntax
  /** The most bytes of JSON that they may come to. */
  readonly maxBytes: number
  resultOf(name: CallName): ToolResult | undefined
  /** The whole of a result that was too large to be kept. */
  read(file: SpilledFile): Promise<string>
}

/** Arguments with the results in them, or why there are none. */
export type FilledArguments =
  | { readonly ok: true; readonly value: JsonValue }
  | {
      readonly ok: false
      readonly status: 'invalid' | 'failed'
      readonly code: ErrorCode
      readonly message: string
      readonly thrown?: unknown
    }

/**
 * The arguments of a call with the data of results in place of the references to them: a copy that shares nothing with
 * those. At once, unless something has to be read back; never rejects.
 *
 * @param producers the calls to which they refer; all have succeeded
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
    (thrown: unknown) => ({ ok: false, status: 'failed', code: 'spill_failed', message: cannotRead(thrown), thrown }),
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
      return { ok: false, status: 'invalid', code: 'invalid_reference', message: `${error.message} Nothing was run.` }
    const message = `The arguments cannot be taken once the results that they refer to are in them: the value ${thrownMessage(error)}. Nothing was run.`
    return { ok: false, status: 'invalid', code: 'invalid_arguments', message }
  }
}

function cannotRead(thrown: unknown): string {
  return `A result that the arguments refer to was too large to be kept, and cannot be read back: ${thrownMessage(thrown)}. Nothing was run.`
}
