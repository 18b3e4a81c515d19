import { readdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { ParsedAgent } from './agent-file/agent-file.ts'
import { MAX_BYTES } from './agent-file/decode.ts'
import { parseAgentFile, parseAgentFiles } from './agent-file/parse-agent.ts'
import { type Problem, problemAt } from './agent-file/problem.ts'
import { wholeFile } from './agent-file/source.ts'
import { systemMessage } from './errors.ts'
import { readInput, STANDARD_INPUT } from './read-input.ts'
import { checkSurroundings } from './surroundings.ts'

/** An agent file: its content, and the directory from which its paths start. */
export interface FoundAgent {
  readonly file: string
  readonly directory: string
  /** With the problems of running it here, e.g. missing files. */
  readonly parsed: ParsedAgent
  /** The problems of the file alone. */
  readonly alone: ParsedAgent
}

/**
 * Reads an agent of a file (`-`: standard input) and checks it, and the existence of its modules, programs, directories and
 * variables. It runs none of its code. It never rejects for an invalid file: the problems say why it is invalid.
 *
 * @param agentName the name of the agent, for a file with several
 */
export async function readAgent(file: string, agentName?: string): Promise<FoundAgent> {
  const opened = await openFile(file)
  return opened.bytes === undefined ? opened.found : check(opened.found, opened.bytes, agentName)
}

/** The agents of a file, and its other documents. */
export interface FoundAgents {
  readonly agents: readonly FoundAgent[]
  readonly skipped: readonly FoundOther[]
}

/** A document that does not describe an agent. */
export interface FoundOther {
  readonly file: string
  readonly line: number
  /** Undefined if the document has no name. */
  readonly kind: string | undefined
  readonly name: string | undefined
}

/**
 * Reads every agent of a file; see {@link readAgent}.
 *
 * @param isFromFolder true if the file was found in a folder, so that it is possibly not meant as an agent file
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
  /** Undefined if it cannot be read; the problems say why. */
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
    const finding = { code: 'not_found', message: `cannot be read: ${systemMessage(error)}` } as const
    return { found: failed([problemAt(wholeFile(name), 'error', finding)]), bytes: undefined }
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

/** A file to be read as an agent file. */
export interface AgentPath {
  readonly file: string
  readonly isFromFolder: boolean
}

/** The files of `path`: the file itself, or the possible agent files (`.yaml`, `.yml`, `.json`) of a folder, sorted by name. */
export async function agentPaths(path: string): Promise<AgentPath[]> {
  if (path === STANDARD_INPUT || !(await isFolder(path))) return [{ file: path, isFromFolder: false }]
  const entries = await readdir(path, { withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory() && /\.(?:ya?ml|json)$/i.test(entry.name))
    .map(({ name }) => ({ file: join(path, name), isFromFolder: true }))
    .toSorted((a, b) => (a.file < b.file ? -1 : 1))
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}
