import type { ToolEntry } from '../agent-file/agent-file.ts'
import { type Problem, problemAt } from '../agent-file/problem.ts'
import { type AnyTool, MisuseError, toolDefinitions, ToolExecutor } from 'aof-runtime'
import { oneLine } from '../text.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { attributed } from '../process/running-tool.ts'
import { exportedTools, type FoundTool, type LoadedEntry } from './exported-tools.ts'
import { programTool, type ToolSurroundings } from './program-tool.ts'

/**
 * Creates the tools of an agent file: the exported tools of its modules, whose code runs now, and a tool for each of its
 * commands. They are in the order of the file; the exports of a module are sorted by name.
 *
 * @throws CliError with a problem for each unusable entry, and for tools with the same name
 */
export async function loadTools(entries: readonly ToolEntry[], surroundings: ToolSurroundings): Promise<AnyTool[]> {
  const problems: Problem[] = []
  const found = new Map<string, FoundTool>()
  for (const entry of entries) {
    const loaded = await loadEntry(entry, surroundings)
    if (loaded.ok) {
      for (const each of loaded.tools) {
        const fault = faultOf(each, found.get(each.tool.name), surroundings)
        if (fault !== undefined) problems.push(problemAt(entry.at, 'error', fault))
        found.set(each.tool.name, found.get(each.tool.name) ?? each)
      }
    } else {
      const { message, fix, at = entry.at } = loaded
      problems.push(problemAt(at, 'error', { code: 'not_found', message, fix }))
    }
  }
  if (problems.length > 0) throw new CliError(EXIT.file, 'the tools cannot be loaded', { problems })
  return attributed(Array.from(found.values(), ({ tool }) => tool))
}

async function loadEntry(entry: ToolEntry, surroundings: ToolSurroundings): Promise<LoadedEntry> {
  if (entry.kind === 'module') return exportedTools(entry.path, surroundings.directory)
  const source = entry.at.line === 0 ? 'a command' : `the command in line ${entry.at.line}`
  return { ok: true, tools: [{ tool: programTool(entry, surroundings), source }] }
}

/** @param other an earlier tool of the same name */
function faultOf({ tool, source }: FoundTool, other: FoundTool | undefined, { areOffered }: ToolSurroundings) {
  if (other === undefined) {
    const why = whyUnusable(tool, areOffered)
    if (why === undefined) return undefined
    return { code: 'wrong_value', message: `${source} cannot be used: ${oneLine(why, 600)}` } as const
  }
  // Two entries may lead to the same tool object, which counts once.
  if (other.tool === tool) return undefined
  const message = `two tools are called ${JSON.stringify(oneLine(tool.name, 100))}: ${other.source}, and ${source}`
  return { code: 'conflict', message, fix: 'give one of them another name' } as const
}

/**
 * The reason why a tool cannot be used by an executor, or offered to a model: errors of its author that show only there,
 * such as an unusable or missing schema.
 *
 * @param isOffered true if a model gets the tool
 * @returns undefined for a usable tool
 */
function whyUnusable(tool: AnyTool, isOffered: boolean): string | undefined {
  try {
    void new ToolExecutor({ tools: [tool], spill: false })
    if (isOffered) toolDefinitions([tool])
    return undefined
  } catch (error) {
    if (error instanceof MisuseError) return error.message
    throw error
  }
}
