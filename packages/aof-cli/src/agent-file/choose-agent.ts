import type { AgentDocument, ParsedAgent, ParsedFile } from './agent-file.ts'
import { KIND } from './format.ts'
import { inOrder, type Problem, problemAt } from './problem.ts'
import { quoted } from './source.ts'
import { suggest } from 'aof-runtime/internal'

/**
 * Chooses the only agent of a file, or the agent with the given name. A problem reports that there is none, or that the
 * choice is ambiguous.
 */
export function chooseAgent(file: ParsedFile, name: string | undefined): ParsedAgent {
  const { agents, skipped, problems } = file
  const [first] = agents
  if (first === undefined) {
    const hasError = problems.some(({ severity }) => severity === 'error')
    return { ok: false, problems: hasError ? problems : [...problems, ...skipped.map(notAnAgent)] }
  }
  const found = name === undefined ? agents : agents.filter((agent) => agent.name === name)
  const [chosen] = found
  if (chosen === undefined) return { ok: false, problems: [...problems, notThere(name ?? '', first, agents)] }
  const [, second] = found
  if (second !== undefined && name === undefined)
    return { ok: false, problems: [...problems, notClear(second, agents)] }
  if (problems.length === 0) return chosen.parsed
  const all = inOrder([...problems, ...chosen.parsed.problems])
  const isWhole = problems.every(({ severity }) => severity === 'warning')
  return isWhole || !chosen.parsed.ok
    ? { ...chosen.parsed, problems: all }
    : { ok: false, problems: all, readable: chosen.parsed.agent }
}

function notAnAgent({ kind, at }: ParsedFile['skipped'][number]): Problem {
  return problemAt(at, 'error', {
    code: 'wrong_value',
    message: `expected kind: ${KIND}, found ${quoted(kind)}`,
    fix: `only files of kind ${KIND} are read`,
  })
}

function notThere(name: string, first: AgentDocument, agents: readonly AgentDocument[]): Problem {
  const known = namesOf(agents)
  const meant = suggest(name, known)
  return problemAt(first.at, 'error', {
    code: 'not_found',
    message: `no agent of the file is called ${quoted(name)}`,
    fix: meant === undefined ? `there is ${known.join(', ')}` : `did you mean ${meant}?`,
  })
}

function notClear(second: AgentDocument, agents: readonly AgentDocument[]): Problem {
  return problemAt(second.at, 'error', {
    code: 'several_agents',
    message: `there are ${agents.length} agents in the file: ${namesOf(agents).join(', ')}`,
    fix: 'say which one is meant: --name NAME',
  })
}

function namesOf(agents: readonly AgentDocument[]): string[] {
  return agents.map(({ name }) => quoted(name ?? 'an agent without a name').slice(1, -1))
}
