import { MisuseError } from './misuse.ts'
import { printable } from './text.ts'

/**
 * What is wrong with a tool that an executor or an agent was given:
 *
 * - `invalid_tool`: an option of the tool is impossible
 * - `unusable_schema`: its input or output schema cannot be used
 * - `duplicate_name`: an earlier tool has its name, or one that providers cannot tell from it
 * - `not_offered`: it has no schema that a model could be shown
 * - `unchecked_pattern`: it is there, and one pattern of its schemas is not checked
 */
export type ToolProblemCode =
  | 'invalid_tool'
  | 'unusable_schema'
  | 'duplicate_name'
  | 'not_offered'
  | 'unchecked_pattern'

/** Something that is wrong with a tool, see {@link ToolProblemCode}. */
export interface ToolProblem {
  /** The tool's name, or its place in the list where it has none, e.g. `tools[3]`. */
  readonly tool: string
  readonly code: ToolProblemCode
  readonly message: string
  /** Where in the tool, as a JSON Pointer, e.g. `/inputSchema/properties/city/type`; where that is known. */
  readonly path?: string
}

/** A tool cannot be used, for a reason with a code and, maybe, a place. */
export class UnusableTool extends MisuseError {
  readonly code: ToolProblemCode
  readonly path: string | undefined

  constructor(code: ToolProblemCode, path: string | undefined, option: string, expected: string, got: unknown) {
    super(option, expected, got)
    this.code = code
    this.path = path
  }
}

/** The problem that an error tells. @param tool the tool, which may be anything @param index its place in the list */
export function problemOf(error: MisuseError, tool: unknown, index: number, code: ToolProblemCode): ToolProblem {
  const known = error instanceof UnusableTool ? error : undefined
  return {
    tool: nameOf(tool, index),
    code: known?.code ?? code,
    message: error.message,
    ...(known?.path !== undefined && { path: known.path }),
  }
}

/** The place of a part of a schema within its tool; undefined where the part has no place of that kind. */
export function placeInTool(schema: 'inputSchema' | 'outputSchema', pointer: unknown): string | undefined {
  return typeof pointer === 'string' && /^#(?:\/|$)/.test(pointer) ? `/${schema}${pointer.slice(1)}` : undefined
}

function nameOf(tool: unknown, index: number): string {
  const name: unknown = typeof tool === 'object' && tool !== null ? (tool as { name?: unknown }).name : undefined
  return typeof name === 'string' && name !== '' ? printable(name, 256) : `tools[${index}]`
}

/** Throws a {@link MisuseError} unless the options of unusable tools are possible. */
export function checkUnusable({
  onUnusableTool,
  onUncheckablePattern,
}: {
  readonly onUnusableTool?: unknown
  readonly onUncheckablePattern?: unknown
}): void {
  if (onUnusableTool !== undefined && onUnusableTool !== 'throw' && onUnusableTool !== 'omit')
    throw new MisuseError('onUnusableTool', "'throw' or 'omit'", onUnusableTool)
  if (onUncheckablePattern !== undefined && onUncheckablePattern !== 'refuse' && onUncheckablePattern !== 'skip')
    throw new MisuseError('onUncheckablePattern', "'refuse' or 'skip'", onUncheckablePattern)
}
