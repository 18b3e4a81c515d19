import { capture, type Captured, capturedFlat } from './capture.ts'
import type { ToolContent } from '../contract/content.ts'
import type { ErrorCode } from '../contract/error-code.ts'
import { describeThrown, thrownMessage } from './failure.ts'
import { boundOfFlat, copyFlat } from './flat-copy.ts'
import { NotJson } from './json-copy.ts'
import type { JsonValue } from '../contract/json.ts'
import type { ResultOwner, ResultStore } from './result-store.ts'
import type { ToolError } from '../contract/result.ts'
import { ignoreLater, isInstance } from '../contract/safe-checks.ts'
import { describeIssues, isLater, type Validation, type Validator } from '../contract/schema.ts'
import { contentInFiles, type Retained, spillData, writeBinaries } from './spilling.ts'

/** The output of a tool that returned or threw. */
export type Output =
  | ({ readonly ok: true } & Retained)
  | { readonly ok: false; readonly error: ToolError; readonly thrown: unknown }

/** The parts of a tool that determine its results. */
export interface OutputRules {
  readonly tool: ToolOutput
  readonly validateOutput: Validator | undefined
  /** Whether the returned value is the data, since there is neither an output schema nor `toContent`. */
  readonly returnsData: boolean
  /** A JSON Schema validates the JSON copy; a Standard Schema validates the returned value itself. */
  readonly outputSchemaIsJson: boolean
}

interface ToolOutput {
  readonly name: string
  toContent?(data: never): readonly ToolContent[]
}

/** The output of a tool that threw `thrown`. */
export function thrownOutput(thrown: unknown): Output {
  return { ok: false, error: describeThrown(thrown), thrown }
}

/**
 * Makes the output of a returned value. Synchronous unless the output schema is asynchronous or data goes to a file; never
 * throws or rejects.
 */
export function readOutput(compiled: OutputRules, returned: unknown, owner: ResultOwner): Output | Promise<Output> {
  try {
    if (compiled.returnsData) {
      const flat = copyFlat(returned, owner.limits.maxResultBytes)
      // The path of most results; it allocates nothing but the copy.
      if (flat !== undefined) return retainFlat(compiled.tool, flat, owner)
    }
    return readWhole(compiled, returned, owner.resultStore)
  } catch (thrown) {
    return refused(compiled.tool, thrown)
  }
}

function retainFlat(tool: ToolOutput, flat: JsonValue, owner: ResultOwner): Output | Promise<Output> {
  const atMost = boundOfFlat()
  if (owner.reserveSmall(atMost) || owner.resultStore.bytes.reserve(flat, atMost))
    return { ok: true, data: flat, content: undefined, spilled: undefined }
  return retain(tool, capturedFlat(flat, atMost), owner.resultStore)
}

function readWhole(compiled: OutputRules, returned: unknown, store: ResultStore): Output | Promise<Output> {
  // A tool may return an error instead of throwing it.
  if (typeof returned === 'object' && isInstance(returned, Error)) return thrownOutput(returned)
  if (compiled.validateOutput !== undefined) return validated(compiled, returned, store)
  return retain(compiled.tool, capture(returned, store), store)
}

function validated(compiled: OutputRules, returned: unknown, store: ResultStore): Output | Promise<Output> {
  const { tool, validateOutput, outputSchemaIsJson } = compiled
  const captured = outputSchemaIsJson ? capture(returned, store) : undefined
  const judged = captured === undefined ? returned : captured.data
  const validation = validateOutput?.(judged) ?? { ok: true, value: judged }
  const proceed = (verdict: Validation): Output | Promise<Output> => {
    if (verdict.ok) {
      const isSame = captured !== undefined && verdict.value === judged
      return retain(tool, isSame ? captured : capture(verdict.value, store), store)
    }
    return failure(
      'invalid_output',
      `The tool '${tool.name}' returned a value that its output schema does not allow: ${describeIssues(verdict.issues)}`,
      verdict,
    )
  }
  if (!isLater(validation)) return proceed(validation)
  return validation.then(proceed).catch((thrown: unknown) => refused(tool, thrown))
}

function retain(tool: ToolOutput, captured: Captured, store: ResultStore): Output | Promise<Output> {
  if (captured.isOver || captured.binaries.length > 0) return spill(tool, captured, store)
  const { data, atMost } = captured
  if (tool.toContent === undefined) {
    if (!store.bytes.reserve(data, atMost)) return batchIsFull(tool, captured, store)
    return { ok: true, data, content: undefined, spilled: undefined }
  }
  const content = contentOf(tool, data, store)
  if ('ok' in content) return content
  if (content.isOver || content.binaries.length > 0) return spill(tool, captured, store, content)
  if (!store.bytes.reserve([data, content.data], atMost + content.atMost + 3))
    return batchIsFull(tool, captured, store, content)
  return { ok: true, data, content: content.data as unknown as ToolContent[], spilled: undefined }
}

/** The content that `toContent` makes, or the failure of the call. */
function contentOf(
  tool: ToolOutput,
  data: JsonValue,
  store: ResultStore,
): Captured | (Output & { readonly ok: false }) {
  try {
    const made: unknown = tool.toContent?.(data as never)
    ignoreLater(made)
    const content = capture(made, store)
    if (Array.isArray(content.data)) return content
    return failure('content_failed', `toContent of the tool '${tool.name}' did not return an array.`, content.data)
  } catch (thrown) {
    const why = isInstance(thrown, NotJson) ? `its value ${thrown.message}` : thrownMessage(thrown)
    return failure('content_failed', `toContent of the tool '${tool.name}' failed: ${why}`, thrown)
  }
}

function batchIsFull(
  tool: ToolOutput,
  captured: Captured,
  store: ResultStore,
  content?: Captured,
): Output | Promise<Output> {
  if (store.canSpill) return spill(tool, captured, store, content)
  return failure(
    'result_too_large',
    `The results of this batch together are larger than ${store.limits.maxBatchBytes} bytes as JSON, so the result of the tool '${tool.name}' was dropped. Ask for less, or in several turns.`,
    undefined,
  )
}

/** Writes data and content to files. Takes as long as the store; the caller has a timeout. */
async function spill(tool: ToolOutput, captured: Captured, store: ResultStore, made?: Captured): Promise<Output> {
  try {
    await writeBinaries(tool.name, captured.binaries, store)
    const content = made ?? (tool.toContent === undefined ? undefined : contentOf(tool, captured.data, store))
    if (content !== undefined && 'ok' in content) return content
    const shown = content && (await contentInFiles(tool.name, content, store))
    return { ok: true, ...(await spillData(tool.name, captured, shown, store)) }
  } catch (thrown) {
    return failure(
      'result_too_large',
      `The tool '${tool.name}' returned more than a result can hold, and it could not be written to a file: ${thrownMessage(thrown)}. ${ASK_FOR_LESS}`,
      thrown,
    )
  }
}

function refused(tool: ToolOutput, thrown: unknown): Output & { readonly ok: false } {
  const value = `The tool '${tool.name}' returned a value that`
  if (!isInstance(thrown, NotJson))
    return failure('unserializable_result', `${value} cannot be read: ${thrownMessage(thrown)}`, thrown)
  if (thrown.reason === 'too_large')
    return failure('result_too_large', `${value} ${thrown.message}. ${ASK_FOR_LESS}`, thrown)
  return failure('unserializable_result', `${value} JSON cannot hold: it ${thrown.message}.`, thrown)
}

const ASK_FOR_LESS = 'Ask for less, e.g. a part or a summary.'

function failure(code: ErrorCode, message: string, thrown: unknown): Output & { readonly ok: false } {
  return { ok: false, error: { code, message, retryable: false }, thrown }
}
