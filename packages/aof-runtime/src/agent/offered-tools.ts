import { toolDefinitions } from '../core/tool/definition.ts'
import { MisuseError } from '../core/contract/misuse.ts'
import { sentName } from '../core/contract/sent-name.ts'
import { problemOf, type ToolProblem, UnusableTool } from '../core/contract/tool-problem.ts'
import type { AnyTool } from '../core/tool/tool.ts'
import { checkTool } from '../core/tool/define-tool.ts'

/** The tools that a model can be shown, and the problems of the others. */
export interface OfferedTools {
  readonly tools: readonly AnyTool[]
  readonly problems: readonly ToolProblem[]
}

/** Leaves out tools that a model cannot be shown. Those that no executor accepts stay, for it to report. */
export function offeredTools(tools: readonly AnyTool[]): OfferedTools {
  const offered: AnyTool[] = []
  const problems: ToolProblem[] = []
  const names = new Map<string, string>()
  for (const [index, tool] of tools.entries()) {
    try {
      if (isTool(tool)) checkShown(tool, names)
      offered.push(tool)
    } catch (error) {
      if (!(error instanceof MisuseError)) throw error
      problems.push(problemOf(error, tool, index, 'not_offered'))
    }
  }
  return { tools: offered, problems }
}

function isTool(tool: AnyTool): boolean {
  try {
    checkTool(tool)
    return true
  } catch {
    return false
  }
}

/** @param names of the tools so far, by their sent names */
function checkShown(tool: AnyTool, names: Map<string, string>): void {
  const sent = sentName(tool.name)
  const other = names.get(sent)
  if (other !== undefined)
    throw new UnusableTool(
      'duplicate_name',
      '/name',
      'tools',
      other === tool.name
        ? 'tools of different names'
        : `tools whose names differ for a provider ('${other}' is sent as '${sent}')`,
      tool.name,
    )
  toolDefinitions([tool])
  names.set(sent, tool.name)
}
