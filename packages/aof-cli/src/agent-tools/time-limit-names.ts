import type { ToolEntry } from '../agent-file/agent-file.ts'
import type { NameTimeLimit } from 'aof-runtime'
import { oneLine } from '../text.ts'

/** The setting that raises a timeout, in terms of the agent file and the command line. */
export function timeLimitNames(file: string, tools: readonly ToolEntry[]): NameTimeLimit {
  const commands = new Set(tools.flatMap((entry) => (entry.kind === 'command' ? [entry.name] : [])))
  return ({ option, layer, tool }) => {
    if (option !== 'timeoutMs') return undefined
    if (layer === 'batch') return '--timeout'
    if (layer === 'executor') return `tool_timeout in ${oneLine(file)}`
    return layer === 'tool' && commands.has(tool) ? `timeout of the command ${tool} in ${oneLine(file)}` : undefined
  }
}

/** The setting that raises a timeout for tools of a module without an agent file. */
export const MODULE_TIME_LIMIT_NAMES: NameTimeLimit = ({ option, layer }) =>
  option === 'timeoutMs' && (layer === 'batch' || layer === 'executor') ? '--timeout' : undefined
