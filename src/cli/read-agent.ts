import { dirname, resolve } from 'node:path'
import { MAX_BYTES, type ParsedAgent, parseAgentFile, parseAgentFiles, type Problem } from '../agent-file/index.ts'
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
 * Reads the agent of a file (`-`: standard input) that is meant and checks it, and whether what it names is there: modules,
 * programs, directories, variables. Runs nothing of it. Never rejects for what is wrong with the file: that is among the
 * problems.
 *
 * @param agentName which one is meant, where there are several
 */
export async function readAgent(file: string, agentName?: string): Promise<FoundAgent> {
  const opened = await openFile(file)
  return opened.bytes === undefined ? opened.found : check(opened.found, opened.bytes, agentName)
}

/** Reads every agent of a file, as {@link readAgent} reads one. */
export async function readAgents(file: string): Promise<FoundAgent[]> {
  const opened = await openFile(file)
  const { bytes, found } = opened
  if (bytes === undefined) return [found]
  const { agents } = parseAgentFiles(bytes, { file: found.file })
  const names = new Set(agents.map(({ name }) => name))
  if (agents.length < 2 || names.size < agents.length || names.has(undefined)) return [await check(found, bytes)]
  return Promise.all(agents.map(({ name }) => check(found, bytes, name)))
}

interface Opened {
  readonly found: FoundAgent
  /** Undefined where it cannot be read; why is among the problems. */
  readonly bytes: Uint8Array | undefined
}

async function openFile(file: string): Promise<Opened> {
  const name = file === STANDARD_INPUT ? '<stdin>' : file
  const directory = file === STANDARD_INPUT ? process.cwd() : dirname(resolve(file))
  const found = { file: name, directory, parsed: { ok: false, problems: [] } } as const
  try {
    return { found, bytes: await readInput(file, MAX_BYTES) }
  } catch (error) {
    return { found: { ...found, parsed: { ok: false, problems: [unreadable(name, error)] } }, bytes: undefined }
  }
}

async function check(found: FoundAgent, bytes: Uint8Array, agentName?: string): Promise<FoundAgent> {
  const { file, directory } = found
  const parsed = parseAgentFile(bytes, { file, ...(agentName !== undefined && { name: agentName }) })
  const agent = parsed.ok ? parsed.agent : parsed.readable
  if (agent === undefined) return { ...found, parsed }
  const problems = [...parsed.problems, ...(await checkSurroundings(agent, directory, process.env))].toSorted(
    (x, y) => x.line - y.line || x.column - y.column,
  )
  const failed = problems.some(({ severity }) => severity === 'error')
  return { ...found, parsed: failed || !parsed.ok ? { ok: false, problems } : { ...parsed, problems } }
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
