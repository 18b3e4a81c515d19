import { checkOneOf, MisuseError } from './misuse.ts'
import { printable } from './text.ts'

/**
 * The kind of problem of a tool that was given to an executor or an agent:
 *
 * - `invalid_tool`: an option of the tool is out of its bounds
 * - `unusable_schema`: its input or output schema cannot be used
 * - `duplicate_name`: an earlier tool has the same name, or one that providers cannot distinguish from it
 * - `not_offered`: it has no schema that a model could be shown
 * - `unchecked_pattern`: the tool is used, but a pattern in one of its schemas is not checked
 */
export type ToolProblemCode =
  | 'invalid_tool'
  | 'unusable_schema'
  | 'duplicate_name'
  | 'not_offered'
  | 'unchecked_pattern'

/** A problem of a tool, see {@link ToolProblemCode}. */
export interface ToolProblem {
  /** The tool's name, or its place in the list if it has no name, e.g. `tools[3]`. */
  readonly tool: string
  readonly code: ToolProblemCode
  readonly message: string
  /** The place in the tool as a JSON Pointer, e.g. `/inputSchema/properties/city/type`, if it is known. */
  readonly path?: string
}

/** The error for a tool that cannot be used, with a code and, if known, a place. */
export class UnusableTool extends MisuseError {
  readonly code: ToolProblemCode
  readonly path: string | undefined

  constructor(code: ToolProblemCode, path: string | undefined, option: string, expected: string, got: unknown) {
    super(option, expected, got)
    this.code = code
    this.path = path
  }
}

/** The problem that an error describes. @param tool the tool, of any type @param index its place in the list */
export function problemOf(error: MisuseError, tool: unknown, index: number, code: ToolProblemCode): ToolProblem {
  const known = error instanceof UnusableTool ? error : undefined
  return {
    tool: nameOf(tool, index),
    code: known?.code ?? code,
    message: error.message,
    ...(known?.path !== undefined && { path: known.path }),
  }
}

/** The place in the tool of a part of its schema; undefined unless `pointer` is a URI fragment with a JSON Pointer. */
export function placeInTool(schema: 'inputSchema' | 'outputSchema', pointer: unknown): string | undefined {
  return typeof pointer === 'string' && /^#(?:\/|$)/.test(pointer) ? `/${schema}${pointer.slice(1)}` : undefined
}

function nameOf(tool: unknown, index: number): string {
  const name: unknown = typeof tool === 'object' && tool !== null ? (tool as { name?: unknown }).name : undefined
  return typeof name === 'string' && name !== '' ? printable(name, 256) : `tools[${index}]`
}

/** Throws a {@link MisuseError} unless the options for unusable tools are valid. */
export function checkUnusable({
  onUnusableTool,
  onUncheckablePattern,
}: Readonly<Partial<Record<'onUnusableTool' | 'onUncheckablePattern', unknown>>>): void {
  checkOneOf('onUnusableTool', onUnusableTool, ['throw', 'omit'])
  checkOneOf('onUncheckablePattern', onUncheckablePattern, ['refuse', 'skip'])
}
