import { extensionOf } from './binary.ts'
import { capture, type Captured, capturedFlat } from './capture.ts'
import type { ToolContent } from '../contract/content.ts'
import type { ErrorCode } from '../contract/error-code.ts'
import { describeThrown, thrownMessage } from './failure.ts'
import { boundOfFlat, copyFlat, NotJson } from './json-copy.ts'
import type { JsonValue } from '../contract/json.ts'
import type { Keeper, Keeping } from './keeping.ts'
import type { SpilledFile, ToolError } from '../contract/result.ts'
import { ignoreLater, isInstance } from '../contract/safe-checks.ts'
import { describeIssues, isLater, type Validation, type Validator } from '../contract/schema.ts'
import { contentInFiles, spillData } from './spilling.ts'

/** What became of what a tool returned or threw. */
export type Output =
  | {
      readonly ok: true
      readonly data: JsonValue
      readonly content: readonly ToolContent[] | undefined
      /** Where the whole is, if `data` is a preview of it. */
      readonly spilled: SpilledFile | undefined
    }
  | { readonly ok: false; readonly error: ToolError; readonly thrown: unknown }

/** The parts of a tool that decide what its results are made of. */
export interface OutputRules {
  readonly tool: ToolOutput
  readonly validateOutput: Validator | undefined
  /** Whether the returned value is the data as it is: without an output schema and without `toContent`. */
  readonly returnsData: boolean
  /** A JSON Schema judges the JSON copy; a Standard Schema judges the returned value itself. */
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
 * Makes any returned value into data of our own, or says why it cannot be. Answers at once unless the output schema
 * answers later, or something goes to a file; never throws or rejects.
 */
export function readOutput(compiled: OutputRules, returned: unknown, keeper: Keeper): Output | Promise<Output> {
  try {
    if (compiled.returnsData) {
      const flat = copyFlat(returned, keeper.limits.maxResultBytes)
      // What most tools return takes this way, and makes nothing else.
      if (flat !== undefined) return keepFlat(compiled.tool, flat, keeper)
    }
    return readWhole(compiled, returned, keeper.keeping)
  } catch (thrown) {
    return refused(compiled.tool, thrown)
  }
}

function keepFlat(tool: ToolOutput, flat: JsonValue, keeper: Keeper): Output | Promise<Output> {
  const atMost = boundOfFlat()
  if (keeper.keepsSmall(atMost) || keeper.keeping.bytes.take(flat, atMost))
    return { ok: true, data: flat, content: undefined, spilled: undefined }
  return keep(tool, capturedFlat(flat, atMost), keeper.keeping)
}

function readWhole(compiled: OutputRules, returned: unknown, keeping: Keeping): Output | Promise<Output> {
  // A tool may say that it failed by returning an error as well as by throwing it.
  if (typeof returned === 'object' && isInstance(returned, Error)) return thrownOutput(returned)
  if (compiled.validateOutput !== undefined) return validated(compiled, returned, keeping)
  return keep(compiled.tool, capture(returned, keeping), keeping)
}

function validated(compiled: OutputRules, returned: unknown, keeping: Keeping): Output | Promise<Output> {
  const { tool, validateOutput, outputSchemaIsJson } = compiled
  const captured = outputSchemaIsJson ? capture(returned, keeping) : undefined
  const judged = captured === undefined ? returned : captured.data
  const validation = validateOutput?.(judged) ?? { ok: true, value: judged }
  const proceed = (verdict: Validation): Output | Promise<Output> => {
    if (verdict.ok) {
      const isSame = captured !== undefined && verdict.value === judged
      return keep(tool, isSame ? captured : capture(verdict.value, keeping), keeping)
    }
    return failure(
      'invalid_output',
      `The tool '${tool.name}' returned what its output schema does not allow: ${describeIssues(verdict.issues)}`,
      verdict,
    )
  }
  if (!isLater(validation)) return proceed(validation)
  return validation.then(proceed).catch((thrown: unknown) => refused(tool, thrown))
}

function keep(tool: ToolOutput, captured: Captured, keeping: Keeping): Output | Promise<Output> {
  if (captured.isOver || captured.binaries.length > 0) return keepInFiles(tool, captured, keeping)
  const { data, atMost } = captured
  if (tool.toContent === undefined) {
    if (!keeping.bytes.take(data, atMost)) return batchIsFull(tool, captured, keeping)
    return { ok: true, data, content: undefined, spilled: undefined }
  }
  const content = contentOf(tool, data, keeping)
  if ('ok' in content) return content
  if (content.isOver || content.binaries.length > 0) return keepInFiles(tool, captured, keeping, content)
  if (!keeping.bytes.take([data, content.data], atMost + content.atMost + 3))
    return batchIsFull(tool, captured, keeping, content)
  return { ok: true, data, content: content.data as unknown as ToolContent[], spilled: undefined }
}

/** What `toContent` says, or the failure that it is. */
function contentOf(tool: ToolOutput, data: JsonValue, keeping: Keeping): Captured | (Output & { readonly ok: false }) {
  try {
    const made: unknown = tool.toContent?.(data as never)
    ignoreLater(made)
    const content = capture(made, keeping)
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
  keeping: Keeping,
  content?: Captured,
): Output | Promise<Output> {
  if (keeping.canSpill) return keepInFiles(tool, captured, keeping, content)
  return failure(
    'result_too_large',
    `The results of this batch together are larger than ${keeping.limits.maxBatchBytes} bytes as JSON, so that of the tool '${tool.name}' was not kept. Ask for less, or in several turns.`,
    undefined,
  )
}

/** Takes as long as the store takes: whoever waits has a timeout. */
async function keepInFiles(tool: ToolOutput, captured: Captured, keeping: Keeping, told?: Captured): Promise<Output> {
  try {
    for (const { reference, content } of captured.binaries)
      reference.file = (await keeping.write(tool.name, extensionOf(reference.mediaType), content)).path
    const content = told ?? (tool.toContent === undefined ? undefined : contentOf(tool, captured.data, keeping))
    if (content !== undefined && 'ok' in content) return content
    const shown = content && (await contentInFiles(tool.name, content, keeping))
    return { ok: true, ...(await spillData(tool.name, captured, shown, keeping)) }
  } catch (thrown) {
    return failure(
      'result_too_large',
      `The tool '${tool.name}' returned more than a result can hold, and it could not be kept in a file: ${thrownMessage(thrown)}. Ask for less, e.g. a part or a summary.`,
      thrown,
    )
  }
}

function refused(tool: ToolOutput, thrown: unknown): Output & { readonly ok: false } {
  if (!isInstance(thrown, NotJson)) {
    return failure(
      'unserializable_result',
      `The tool '${tool.name}' returned a value that cannot be read: ${thrownMessage(thrown)}`,
      thrown,
    )
  }
  if (thrown.reason === 'too_large') {
    return failure(
      'result_too_large',
      `The tool '${tool.name}' returned a value that ${thrown.message}. Ask for less, e.g. a part or a summary.`,
      thrown,
    )
  }
  return failure(
    'unserializable_result',
    `The tool '${tool.name}' returned a value that JSON cannot hold: it ${thrown.message}.`,
    thrown,
  )
}

function failure(code: ErrorCode, message: string, thrown: unknown): Output & { readonly ok: false } {
  return { ok: false, error: { code, message, retryable: false }, thrown }
}
