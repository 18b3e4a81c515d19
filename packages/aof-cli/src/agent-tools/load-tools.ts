import { type Problem, problemAt, type ToolEntry } from '../agent-file/index.ts'
import type { AnyTool } from 'aof-runtime'
import { oneLine } from '../text.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { attributed } from '../process/stray-errors.ts'
import { exportedTools } from './exported-tools.ts'
import type { LoadFault } from './module-error.ts'
import { programTool } from './program-tool.ts'
import { whyUnusable } from './why-unusable.ts'

/** Where the tools of an agent file live. */
export interface ToolSurroundings {
  /** The directory of the agent file: paths start from it, and none leads out of it (I42). */
  readonly directory: string
  /** Variables for commands, with their values: those of `resolveVariables`. */
  readonly environment: ReadonlyMap<string, string>
  /** Whether a model is to be offered them, so that it has to be shown what they take. */
  readonly areOffered: boolean
}

/** A tool with where it comes from, for people. */
export interface FoundTool {
  readonly tool: AnyTool
  readonly source: string
}

/** What an entry comes to: tools, or what is wrong with it. */
export type LoadedEntry =
  | { readonly ok: true; readonly tools: readonly FoundTool[] }
  | ({ readonly ok: false } & LoadFault)

/**
 * Makes the tools of an agent file: the exported tools of its modules, whose code runs now, and a tool for each of its
 * commands. In the order of the file; the exports of one module in the order of their names.
 *
 * @throws CliError with a problem for each entry that cannot be used, and for tools of one name
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
  // One tool that two entries lead to is one tool.
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
