import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { STANDARD_INPUT } from './read-input.ts'

/** A file that is to be read as one of agents. */
export interface AgentPath {
  readonly file: string
  readonly isFromFolder: boolean
}

/** The files that `path` means: itself, or of a folder those that may hold agents (`.yaml`, `.yml`, `.json`), by name. */
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
