import type { AgentFile } from './agent-file/agent-file.ts'
import type { Problem } from './agent-file/problem.ts'
import { unsupportedProblem } from './agent-file/unsupported.ts'
import { resolveVariables } from './agent-file/variables.ts'
import { CliError } from './errors.ts'
import { EXIT } from './exit-codes.ts'
import { readAgent } from './read-agent.ts'
import { oneLine } from './text.ts'

/** An agent file that can run. */
export interface LoadedAgent {
  readonly agent: AgentFile
  /** Its directory, from which its paths start. */
  readonly directory: string
  /** The variables of `environment`, with their values. */
  readonly variables: ReadonlyMap<string, string>
  /** The warnings about the file. */
  readonly warnings: readonly Problem[]
}

/**
 * Reads an agent file (`-`: standard input) for a run, without running any of its code.
 *
 * @param agentName the name of the agent, for a file with several
 * @throws CliError with the problems of the file: it is invalid, a variable is not set, or it needs an unsupported feature
 */
export async function loadAgent(file: string, agentName?: string): Promise<LoadedAgent> {
  const { file: name, directory, parsed } = await readAgent(file, agentName)
  if (!parsed.ok) throw failure(`${oneLine(name)} is not a valid agent file`, parsed.problems)
  const { agent, problems } = parsed
  const refused = agent.unsupported.filter(({ effect }) => effect === 'refused')
  if (refused.length > 0) {
    throw failure(
      `${oneLine(name)} needs features that this version does not support`,
      refused.map((entry) => unsupportedProblem(entry, 'error')),
    )
  }
  const variables = resolveVariables(agent, process.env)
  if (!variables.ok) throw failure(`${oneLine(name)} needs variables that are not set`, variables.problems)
  return { agent, directory, variables: variables.values, warnings: problems }
}

function failure(message: string, problems: readonly Problem[]): CliError {
  return new CliError(EXIT.file, message, { problems })
}
