import type { AgentFile } from '../../packages/aof-cli/src/agent-file/agent-file.ts'
import { parseAgentFile } from '../../packages/aof-cli/src/agent-file/parse-agent.ts'

/** The beginning of an agent file, five lines, up to the fields of `spec`. */
export const HEAD = 'apiVersion: aof.dev/v1\nkind: Agent\nmetadata:\n  name: sample\nspec:\n'

/** The agent that a text describes; throws what is wrong where it describes none. */
export function agentOf(text: string): AgentFile {
  const parsed = parseAgentFile(text, { file: 'agent.yaml' })
  if (!parsed.ok) throw new Error(linesOf(text).join('\n'))
  return parsed.agent
}

/** The problems of a text, one a line: `line:column severity code: fix`. */
export function linesOf(text: string | Uint8Array): string[] {
  return parseAgentFile(text, { file: 'agent.yaml' }).problems.map(
    ({ line, column, severity, code, fix }) =>
      `${line}:${column} ${severity} ${code}${fix === undefined ? '' : `: ${fix}`}`,
  )
}
