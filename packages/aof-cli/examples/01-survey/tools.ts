import { defineTool } from 'aof-runtime'
import { execFile } from 'node:child_process'
import { readdir, readFile, statfs } from 'node:fs/promises'
import { cpus, freemem, loadavg, totalmem } from 'node:os'
import { join, relative, resolve, sep } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { packageServer } from './package-server.ts'

/** The repository that this example is part of. */
const root = resolve(import.meta.dirname, '../../../..')
const readOnly = { readOnlyHint: true }

/** A path in the repository; paths outside of it are refused. */
function inside(path: string): string {
  const full = resolve(root, path)
  if (full !== root && !full.startsWith(root + sep)) throw new Error(`${path} lies outside of the repository.`)
  return full
}

async function sources(directory: string): Promise<string[]> {
  const entries = await readdir(inside(directory), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}

export const listFiles = defineTool({
  name: 'list_files',
  description: 'The files and folders of one folder of the repository.',
  inputSchema: z.object({ path: z.string() }),
  annotations: readOnly,
  execute: async ({ path }) => (await readdir(inside(path))).sort(),
})

export const readText = defineTool({
  name: 'read_file',
  description: 'The text of a file of the repository.',
  inputSchema: z.object({ path: z.string() }),
  annotations: readOnly,
  execute: ({ path }, { signal }) => readFile(inside(path), { encoding: 'utf8', signal }),
})

export const countLines = defineTool({
  name: 'count_lines',
  description: 'Counts the TypeScript files below a folder, their lines, and names the longest ones.',
  inputSchema: z.object({ path: z.string(), longest: z.number().int().min(0).max(20).default(3) }),
  annotations: readOnly,
  execute: async ({ path, longest }, { progress }) => {
    const files = await sources(path)
    progress(`${files.length} files`)
    const counted = await Promise.all(
      files.map(async (file) => ({
        path: relative(root, file),
        lines: (await readFile(file, 'utf8')).split('\n').length - 1,
      })),
    )
    counted.sort((a, b) => b.lines - a.lines)
    return {
      files: files.length,
      lines: counted.reduce((sum, { lines }) => sum + lines, 0),
      longest: counted.slice(0, longest),
    }
  },
})

export const processes = defineTool({
  name: 'processes',
  description: 'The processes of this machine that use most memory.',
  inputSchema: z.object({ top: z.number().int().min(1).max(20) }),
  annotations: readOnly,
  execute: async ({ top }, { signal }) => {
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid,rss,comm'], { signal })
    const rows = stdout.trim().split('\n').slice(1)
    const all = rows
      .map((row) => row.trim().split(/\s+/, 3))
      .map(([pid, rss, command]) => ({ pid, mb: Math.round(Number(rss) / 1024), command }))
    return { running: all.length, largest: all.sort((a, b) => b.mb - a.mb).slice(0, top) }
  },
})

export const machine = defineTool({
  name: 'machine',
  description: 'Processors, memory and load of this machine.',
  inputSchema: z.object({}),
  annotations: readOnly,
  execute: () => ({
    processors: cpus().length,
    memoryGb: Math.round(totalmem() / 1e9),
    freeGb: Math.round(freemem() / 1e9),
    load: loadavg().map((value) => Math.round(value * 100) / 100),
    node: process.version,
  }),
})

export const disk = defineTool({
  name: 'disk',
  description: 'Free and total space of the disk that the repository is on.',
  inputSchema: z.object({}),
  annotations: readOnly,
  execute: async () => {
    const { bsize, bavail, blocks } = await statfs(root)
    return { freeGb: Math.round((bavail * bsize) / 1e9), totalGb: Math.round((blocks * bsize) / 1e9) }
  },
})

export const packageInfo = defineTool({
  name: 'package_info',
  description: 'Data of the package server about an installed package: version, licence, dependencies. Slow.',
  inputSchema: z.object({ name: z.string() }),
  annotations: readOnly,
  execute: async ({ name }, { signal }) => {
    const response = await fetch(`${await packageServer(root)}/${encodeURIComponent(name)}`, { signal })
    if (!response.ok) throw new Error(`The package server does not know ${name} (${response.status}).`)
    return response.json()
  },
})
