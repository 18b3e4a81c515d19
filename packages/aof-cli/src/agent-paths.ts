import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { STANDARD_INPUT } from './read-input.ts'

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
