import { dirname, resolve } from 'node:path'
import { MAX_BYTES, type ParsedAgent, parseAgentFile, parseAgentFiles, type Problem } from './agent-file/index.ts'
import { systemMessage } from './errors.ts'
import { readInput, STANDARD_INPUT } from './read-input.ts'
import { checkSurroundings } from './surroundings.ts'

/** An agent file as it was found: its content, and the directory that its paths start from. */
export interface FoundAgent {
  readonly file: string
  readonly directory: string
  /** With what is missing where it is to run. */
  readonly parsed: ParsedAgent
  /** The file alone, whatever is there. */
  readonly alone: ParsedAgent
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

/** The agents of a file, and its documents that are none. */
export interface FoundAgents {
  readonly agents: readonly FoundAgent[]
  readonly skipped: readonly FoundOther[]
}

/** A document that describes something else than an agent. */
export interface FoundOther {
  readonly file: string
  readonly line: number
  /** Undefined where the document does not say it. */
  readonly kind: string | undefined
  readonly name: string | undefined
}

/**
 * Reads every agent of a file, as {@link readAgent} reads one.
 *
 * @param isFromFolder whether the file was found in a folder, so that it need not be meant as an agent file
 */
export async function readAgents(file: string, isFromFolder: boolean): Promise<FoundAgents> {
  const opened = await openFile(file)
  const { bytes, found } = opened
  if (bytes === undefined) return { agents: [found], skipped: [] }
  const parsed = parseAgentFiles(bytes, { file: found.file })
  const skipped = parsed.skipped.map(({ kind, name, at }) => ({ file: found.file, line: at.line, kind, name }))
  const { agents } = parsed
  if (agents.length === 0 && skipped.length > 0 && parsed.problems.length === 0) return { agents: [], skipped }
  if (isFromFolder && agents.length > 0 && agents.every(({ isForeign }) => isForeign)) {
    const others = agents.map(({ name, at }) => ({ file: found.file, line: at.line, kind: undefined, name }))
    return { agents: [], skipped: [...skipped, ...others] }
  }
  const names = new Set(agents.map(({ name }) => name))
  if (agents.length < 2 || names.size < agents.length || names.has(undefined))
    return { agents: [await check(found, bytes)], skipped }
  return { agents: await Promise.all(agents.map(({ name }) => check(found, bytes, name))), skipped }
}

interface Opened {
  readonly found: FoundAgent
  /** Undefined where it cannot be read; why is among the problems. */
  readonly bytes: Uint8Array | undefined
}

async function openFile(file: string): Promise<Opened> {
  const name = file === STANDARD_INPUT ? '<stdin>' : file
  const directory = file === STANDARD_INPUT ? process.cwd() : dirname(resolve(file))
  const found = { file: name, directory } as const
  const failed = (problems: readonly Problem[]) => {
    const parsed = { ok: false, problems } as const
    return { ...found, parsed, alone: parsed }
  }
  try {
    return { found: failed([]), bytes: await readInput(file, MAX_BYTES) }
  } catch (error) {
    return { found: failed([unreadable(name, error)]), bytes: undefined }
  }
}

async function check(found: FoundAgent, bytes: Uint8Array, agentName?: string): Promise<FoundAgent> {
  const { file, directory } = found
  const alone = parseAgentFile(bytes, { file, ...(agentName !== undefined && { name: agentName }) })
  const agent = alone.ok ? alone.agent : alone.readable
  if (agent === undefined) return { ...found, parsed: alone, alone }
  const problems = [...alone.problems, ...(await checkSurroundings(agent, directory, process.env))].toSorted(
    (x, y) => x.line - y.line || x.column - y.column,
  )
  const failed = problems.some(({ severity }) => severity === 'error')
  return { ...found, parsed: failed || !alone.ok ? { ok: false, problems } : { ...alone, problems }, alone }
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
