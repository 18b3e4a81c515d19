import { dirname, resolve } from 'node:path'
import { MAX_BYTES, type ParsedAgent, parseAgentFile, type Problem } from '../agent-file/index.ts'
import { systemMessage } from './errors.ts'
import { readInput, STANDARD_INPUT } from './read-input.ts'
import { checkSurroundings } from './surroundings.ts'

/** An agent file as it was found: its content, and the directory that its paths start from. */
export interface FoundAgent {
  readonly file: string
  readonly directory: string
  readonly parsed: ParsedAgent
}

/**
 * Reads an agent file (`-`: standard input) and checks it, and whether what it names is there: modules, programs,
 * directories, variables. Runs nothing of it. Never rejects for what is wrong with the file: that is among the problems.
 */
export async function readAgent(file: string): Promise<FoundAgent> {
  const name = file === STANDARD_INPUT ? '<stdin>' : file
  const directory = file === STANDARD_INPUT ? process.cwd() : dirname(resolve(file))
  let bytes: Uint8Array
  try {
    bytes = await readInput(file, MAX_BYTES)
  } catch (error) {
    return { file: name, directory, parsed: { ok: false, problems: [unreadable(name, error)] } }
  }
  const parsed = parseAgentFile(bytes, { file: name })
  const agent = parsed.ok ? parsed.agent : parsed.readable
  if (agent === undefined) return { file: name, directory, parsed }
  const problems = [...parsed.problems, ...(await checkSurroundings(agent, directory, process.env))].toSorted(
    (a, b) => a.line - b.line || a.column - b.column,
  )
  const failed = problems.some(({ severity }) => severity === 'error')
  return { file: name, directory, parsed: failed || !parsed.ok ? { ok: false, problems } : { ...parsed, problems } }
}

function unreadable(file: string, error: unknown): Problem {
  return {
    file,
    line: 0,
    column: 0,
    path: '',
    excerpt: { text: '', start: 0, end: 0 },
    severity: 'error',
    code: 'not_found',
    message: `cannot be read: ${systemMessage(error)}`,
  }
}
