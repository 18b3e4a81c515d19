import { type AnyTool, MisuseError, toolDefinitions, ToolExecutor } from 'aof-runtime'

/**
 * Why no executor can have a tool, or no model be offered it: the faults of its author that only show there, such as a
 * schema that cannot be used, or none.
 *
 * @param isOffered whether a model is to be offered it
 * @returns undefined for a tool that is good
 */
export function whyUnusable(tool: AnyTool, isOffered: boolean): string | undefined {
  try {
    void new ToolExecutor({ tools: [tool], spill: false })
    if (isOffered) toolDefinitions([tool])
    return undefined
  } catch (error) {
    if (error instanceof MisuseError) return error.message
    throw error
  }
}
