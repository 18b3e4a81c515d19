import { type CompiledTool, describeIssues, isLater } from './compiled-tool.ts'
import type { ToolContent } from './content.ts'
import type { ErrorCode } from './error-code.ts'
import { describeThrown, thrownMessage } from './failure.ts'
import { copyJson, NotJson } from './json-copy.ts'
import type { JsonValue } from './json.ts'
import type { ToolError } from './result.ts'
import { isInstance } from './safe-checks.ts'
import type { Validation } from './schema.ts'
import type { AnyTool } from './tool.ts'

/** What became of what a tool returned or threw. */
export type Output =
  | { readonly ok: true; readonly data: JsonValue; readonly content: readonly ToolContent[] | undefined }
  | { readonly ok: false; readonly error: ToolError; readonly thrown: unknown }

/** The output of a tool that threw `thrown`. */
export function thrownOutput(thrown: unknown): Output {
  return { ok: false, error: describeThrown(thrown), thrown }
}

/**
 * Makes any returned value into data of our own, or says why it cannot be. Answers at once unless the output schema
 * answers later; never throws or rejects.
 */
export function readOutput(compiled: CompiledTool, returned: unknown, maxBytes: number): Output | Promise<Output> {
  // A tool may say that it failed by returning an error as well as by throwing it.
  if (typeof returned === 'object' && isInstance(returned, Error)) return thrownOutput(returned)
  if (compiled.validateOutput === undefined) return copyOutput(compiled.tool, returned, maxBytes)
  return guarded(compiled.tool, () => validated(compiled, returned, maxBytes))
}

function validated(compiled: CompiledTool, returned: unknown, maxBytes: number): Output | Promise<Output> {
  const { tool, validateOutput, outputSchemaIsJson } = compiled
  const judged = outputSchemaIsJson ? copyJson(returned, { maxBytes }) : returned
  const validation = validateOutput?.(judged) ?? { ok: true, value: judged }
  const proceed = (verdict: Validation): Output =>
    verdict.ok
      ? copyOutput(tool, verdict.value, maxBytes)
      : failure(
          'invalid_output',
          `The tool '${tool.name}' returned what its output schema does not allow: ${describeIssues(verdict.issues)}`,
          verdict,
        )
  if (!isLater(validation)) return proceed(validation)
  return validation.then(proceed).catch((thrown: unknown) => refused(tool, thrown))
}

function copyOutput(tool: AnyTool, value: unknown, maxBytes: number): Output {
  let data: JsonValue
  try {
    data = copyJson(value, { maxBytes })
  } catch (thrown) {
    return refused(tool, thrown)
  }
  return tool.toContent === undefined ? { ok: true, data, content: undefined } : withContent(tool, data, maxBytes)
}

function withContent(tool: AnyTool, data: JsonValue, maxBytes: number): Output {
  try {
    const content = copyJson(tool.toContent?.(data as never), { maxBytes })
    if (Array.isArray(content)) return { ok: true, data, content: content as unknown as ToolContent[] }
    return failure('content_failed', `toContent of the tool '${tool.name}' did not return an array.`, content)
  } catch (thrown) {
    const why = isInstance(thrown, NotJson) ? `its value ${thrown.message}` : thrownMessage(thrown)
    return failure('content_failed', `toContent of the tool '${tool.name}' failed: ${why}`, thrown)
  }
}

function guarded(tool: AnyTool, read: () => Output | Promise<Output>): Output | Promise<Output> {
  try {
    return read()
  } catch (thrown) {
    return refused(tool, thrown)
  }
}

function refused(tool: AnyTool, thrown: unknown): Output {
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

function failure(code: ErrorCode, message: string, thrown: unknown): Output {
  return { ok: false, error: { code, message, retryable: false }, thrown }
}
