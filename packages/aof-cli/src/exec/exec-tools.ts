import { defined } from '../agent-file/defined.ts'
import { realpath } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { Problem } from '../agent-file/problem.ts'
import { wholeFile } from '../agent-file/source.ts'
import type { AnyTool, NameTimeLimit } from 'aof-runtime'
import { CliError, systemMessage } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { loadAgent } from '../load-agent.ts'
import { oneLine } from '../text.ts'
import { loadTools } from '../agent-tools/load-tools.ts'
import { MODULE_TIME_LIMIT_NAMES, timeLimitNames } from '../agent-tools/time-limit-names.ts'

/** The tools of `--tools`, with the settings of an agent file for running them. */
export interface ExecTools {
  readonly tools: readonly AnyTool[]
  readonly maxParallelTools?: number
  readonly timeoutMs?: number
  readonly nameTimeLimit: NameTimeLimit
}

/**
 * Loads the tools of a module, or of an agent file.
 *
 * @param warn gets the warnings about an agent file
 * @throws CliError with the problems of the file
 */
export async function execTools(file: string, warn: (problem: Problem) => void): Promise<ExecTools> {
  if (/\.[cm]?[jt]s$/.test(file)) {
    return { tools: await toolsOfModule(file), nameTimeLimit: MODULE_TIME_LIMIT_NAMES }
  }
  if (/\.(?:ya?ml|json)$/.test(file)) return toolsOfAgent(file, warn)
  throw new CliError(
    EXIT.usage,
    `--tools: expected a module (.ts, .js, .mts, .mjs, …) or an agent file (.yaml, .yml, .json), found ${JSON.stringify(oneLine(file))}`,
  )
}

/** The command line names the module, so it may be in any directory. Links are followed. */
async function toolsOfModule(file: string): Promise<AnyTool[]> {
  const path = await realpath(file).catch((error: unknown) => {
    throw new CliError(EXIT.file, `${oneLine(file)} cannot be read: ${systemMessage(error)}`, { cause: error })
  })
  const entry = { kind: 'module', path: `./${basename(path)}`, at: wholeFile(file) } as const
  return loadTools([entry], {
    directory: dirname(path),
    environment: new Map(),
    areOffered: false,
  })
}

async function toolsOfAgent(file: string, warn: (problem: Problem) => void): Promise<ExecTools> {
  const { agent, directory, variables, warnings } = await loadAgent(file)
  for (const problem of warnings) warn(problem)
  const { maxParallelTools, toolTimeoutMs } = agent
  return defined({
    tools: await loadTools(agent.tools, { directory, environment: variables, areOffered: false }),
    nameTimeLimit: timeLimitNames(agent.file, agent.tools),
    maxParallelTools,
    timeoutMs: toolTimeoutMs,
  })
}
