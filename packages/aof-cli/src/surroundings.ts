import { access, constants, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { AgentFile, CommandTool } from './agent-file/agent-file.ts'
import { type Problem, problemAt } from './agent-file/problem.ts'
import { FILE_PROVIDERS } from './agent-file/provider-names.ts'
import type { Place } from './agent-file/source.ts'
import type { Environment } from './agent-file/template.ts'
import { resolveVariables } from './agent-file/variables.ts'
import { compileJsonSchema } from 'aof-runtime/internal/json-schema'
import { resolveInside } from './inside-directory.ts'
import { oneLine } from './text.ts'

/**
 * Checks that the modules and directories of an agent file exist inside its directory (errors), and its programs and
 * variables (warnings, because another machine may have them). It opens nothing and runs nothing.
 */
export async function checkSurroundings(agent: AgentFile, directory: string, env: Environment): Promise<Problem[]> {
  const variables = resolveVariables(agent, env)
  const missing = variables.ok
    ? []
    : variables.problems.map((problem): Problem => ({ ...problem, severity: 'warning' }))
  const { model } = agent
  const files = FILE_PROVIDERS.has(model.provider) ? [checkFile(model.at, model.name, 'file', directory)] : []
  const checks = agent.tools.map((tool) =>
    tool.kind === 'module' ? checkFile(tool.at, tool.path, 'module', directory) : checkCommand(tool, directory, env),
  )
  return [...missing, ...(await Promise.all([...files, ...checks])).flat()]
}

const PATHS = 'paths start from the directory of the agent file'

function notFound(at: Place, severity: Problem['severity'], message: string, fix: string): Problem {
  return problemAt(at, severity, { code: 'not_found', message, fix })
}

async function checkFile(at: Place, path: string, what: string, directory: string): Promise<Problem[]> {
  const found = await resolveInside(directory, path)
  const shown = JSON.stringify(path)
  if (!found.ok) return [notFound(at, 'error', `the ${what} ${shown} cannot be used: ${found.reason}`, PATHS)]
  if ((await stat(found.path)).isFile()) return []
  return [notFound(at, 'error', `the ${what} ${shown} is not a file`, 'name the file itself, e.g. ./tools/index.ts')]
}

async function checkCommand(tool: CommandTool, directory: string, env: Environment): Promise<Problem[]> {
  const problems = checkSchema(tool)
  const { at } = tool
  const { program } = tool.command
  const shown = JSON.stringify(program)
  if (program.includes('/')) {
    const found = await resolveInside(directory, program)
    if (!found.ok || !(await isExecutable(found.path))) {
      const reason = found.ok ? 'it is not a file that may be executed' : found.reason
      const fix = found.ok ? `chmod +x ${program}` : PATHS
      problems.push(notFound(at, 'error', `the program ${shown} cannot be used: ${reason}`, fix))
    }
  } else if (!(await isOnPath(program, env['PATH'] ?? ''))) {
    const message = `the program ${shown} is not on the PATH of this machine: calls of the tool will fail`
    problems.push(notFound(at, 'warning', message, 'install it, or check its name'))
  }
  if (tool.cwd !== undefined) {
    const found = await resolveInside(directory, tool.cwd)
    if (!found.ok || !(await stat(found.path)).isDirectory()) {
      const reason = found.ok ? 'it is a file' : found.reason
      problems.push(notFound(at, 'error', `the directory ${JSON.stringify(tool.cwd)} cannot be used: ${reason}`, PATHS))
    }
  }
  return problems
}

function checkSchema({ inputSchema, at }: CommandTool): Problem[] {
  try {
    compileJsonSchema(inputSchema)
    return []
  } catch (error) {
    const why = error instanceof Error ? oneLine(error.message, 600) : 'it cannot be read'
    return [problemAt(at, 'error', { code: 'wrong_value', message: `its input_schema cannot be used: ${why}` })]
  }
}

async function isOnPath(program: string, path: string): Promise<boolean> {
  for (const directory of path.split(delimiter).filter(Boolean)) {
    if (await isExecutable(join(directory, program))) return true
  }
  // On Windows a program's name lacks its extension, and the list of extensions is the system's.
  return process.platform === 'win32'
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
