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
    if (loaded.ok) for (const each of loaded.tools) add(each, entry, surroundings, found, problems)
    else {
      const { message, fix, at = entry.at } = loaded
      problems.push(problemAt(at, 'error', { code: 'not_found', message, ...(fix !== undefined && { fix }) }))
    }
  }
  if (problems.length > 0) throw new CliError(EXIT.file, 'the tools cannot be loaded', { problems })
  return attributed(Array.from(found.values(), ({ tool }) => tool))
}

async function loadEntry(entry: ToolEntry, surroundings: ToolSurroundings): Promise<LoadedEntry> {
  if (entry.kind === 'module') return exportedTools(entry.path, surroundings.directory)
  return { ok: true, tools: [{ tool: programTool(entry, surroundings), source: commandSource(entry.at.line) }] }
}

function add(
  each: FoundTool,
  entry: ToolEntry,
  { areOffered }: ToolSurroundings,
  found: Map<string, FoundTool>,
  problems: Problem[],
): void {
  const { name } = each.tool
  const other = found.get(name)
  if (other === undefined) {
    found.set(name, each)
    const why = whyUnusable(each.tool, areOffered)
    if (why !== undefined)
      problems.push(
        problemAt(entry.at, 'error', {
          code: 'wrong_value',
          message: `${each.source} cannot be used: ${oneLine(why, 600)}`,
        }),
      )
  }
  // Two entries may lead to the same tool object, which counts once.
  else if (other.tool !== each.tool) {
    problems.push(
      problemAt(entry.at, 'error', {
        code: 'conflict',
        message: `two tools are called ${JSON.stringify(oneLine(name, 100))}: ${other.source}, and ${each.source}`,
        fix: 'give one of them another name',
      }),
    )
  }
}

function commandSource(line: number): string {
  return line === 0 ? 'a command' : `the command in line ${line}`
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
