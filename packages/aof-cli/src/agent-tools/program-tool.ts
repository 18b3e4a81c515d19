import { defined } from '../agent-file/defined.ts'
import process from 'node:process'
import type { CommandTool } from '../agent-file/agent-file.ts'
import { fillCommand } from '../agent-file/command-template.ts'
import { type AnyTool, defineTool, type JsonObject, type ToolContent, ToolFailure } from 'aof-runtime'
import { type CommandOutput, runCommand } from '../tools/command.ts'
import { commandEnvironment } from '../tools/command-environment.ts'
import { resolveInside } from '../inside-directory.ts'
import { commandEffects } from './command-effects.ts'

/** The surroundings of an agent file's tools. */
export interface ToolSurroundings {
  /** The directory of the agent file: paths start from it, and must not leave it (I42). */
  readonly directory: string
  /** Variables for commands with their values, from `resolveVariables`. */
  readonly environment: ReadonlyMap<string, string>
  /** True if a model gets the tools, so that they need a description of their arguments. */
  readonly areOffered: boolean
}

/**
 * The tool of a command: a program started without a shell, in the directory of the agent file or one below it. Its
 * environment has the variables of the agent file (which take precedence), those named by the command, and basic ones.
 */
export function programTool(command: CommandTool, { directory, environment }: ToolSurroundings): AnyTool {
  const { name, description, inputSchema, readOnly, idempotent, timeoutMs, retry, maxParallel, rate, okExitCodes } =
    command
  return defineTool({
    name,
    inputSchema,
    ...defined({ description, timeoutMs, maxParallel, rate }),
    ...((readOnly || idempotent) && { annotations: { readOnlyHint: readOnly, idempotentHint: idempotent } }),
    ...(retry !== undefined && { retry: { ...retry, when: mayPass } }),
    ...commandEffects(command, directory),
    execute: async (input: JsonObject, { signal }): Promise<CommandOutput> => {
      const filled = fillCommand(command.command, input)
      if (!filled.ok) throw new CannotRun(`The argument '${filled.argument}' ${filled.reason}.`)
      const [program = '', ...args] = filled.argv
      const cwd = await inside(directory, command.cwd ?? '.', 'directory')
      const file = program.includes('/') ? await inside(directory, program, 'program') : program
      const env = commandEnvironment(process.env, command.env, environment)
      return runCommand({ argv: [program, ...args], file, cwd, env, signal, okExitCodes })
    },
    toContent: (output) => [text(output)],
  })
}

/** The program was not started, and a retry would not start it. */
class CannotRun extends ToolFailure {}

/** True if a retry of a failed command may succeed: unlike other tools, it does not say whether its failure is permanent. */
function mayPass(thrown: unknown): boolean {
  if (!(thrown instanceof ToolFailure)) return true
  return thrown.retryable || (thrown.cause === undefined && !(thrown instanceof CannotRun))
}

/** Resolved for each call, so that the checked path is the opened one (I42). */
async function inside(directory: string, path: string, what: string): Promise<string> {
  const found = await resolveInside(directory, path)
  if (found.ok) return found.path
  throw new CannotRun(`The ${what} '${path}' of this tool cannot be used: ${found.reason}.`)
}

/** The result for a model: the output of the program, and notes about it. */
function text({ stdout, stderr, exitCode }: CommandOutput): ToolContent {
  const parts = [
    stdout,
    stderr.trim() === '' ? '' : `[standard error]\n${stderr}`,
    exitCode === 0 ? '' : `[exit code ${exitCode}]`,
  ]
  const said = parts.filter((part) => part !== '').join('\n')
  return { type: 'text', text: said === '' ? '[no output]' : said }
}
