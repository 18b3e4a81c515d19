import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { mcpServer } from '../../packages/aof-runtime/examples/mcp-tools.ts'
import {
  AdmissionController,
  type AnyTool,
  type ToolCall,
  ToolExecutor,
  type ToolResult,
} from '../../packages/aof-runtime/src/index.ts'

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

async function directoryOf(name: string): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), `aof-${name}-`)))
  cleanUps.unshift(() => rm(directory, { recursive: true }))
  return directory
}

/** Runs turns at the same time, each in an executor of its own, on one controller. */
async function atOnce(tools: readonly AnyTool[], turns: readonly ToolCall[][]): Promise<ToolResult[]> {
  const admission = new AdmissionController()
  const executors = turns.map(() => new ToolExecutor({ tools, admission }))
  const results = await Promise.all(executors.map((executor, i) => executor.executeTools(turns[i] ?? [])))
  await Promise.all(executors.map((executor) => executor.close()))
  return results.flat()
}

describe('I32, I52: the real servers, with their own annotations only, from two runs that share a controller', () => {
  test('server-memory keeps every entity of both', async () => {
    const file = join(await directoryOf('memory'), 'memory.jsonl')
    const server = await mcpServer('memory', {
      packageName: '@modelcontextprotocol/server-memory',
      entry: 'dist/index.js',
      env: { MEMORY_FILE_PATH: file },
    })
    cleanUps.unshift(() => server[Symbol.asyncDispose]() as Promise<void>)
    const turn = (run: string): ToolCall[] =>
      Array.from({ length: 30 }, (_, i) => ({
        id: `${run}-${i}`,
        name: 'create_entities',
        arguments: { entities: [{ name: `${run}-${i}`, entityType: 'person', observations: [] }] },
      }))
    const results = await atOnce(server.tools, [turn('a'), turn('b')])
    expect(results.every(({ success }) => success)).toBe(true)
    const kept = (await readFile(file, 'utf8')).trim().split('\n')
    const names = kept.map((line) => (JSON.parse(line) as { name: string }).name)
    expect(names.toSorted()).toEqual(results.map(({ id }) => id).toSorted())
    for (const run of ['a', 'b'])
      expect(names.filter((name) => name.startsWith(run))).toEqual(turn(run).map(({ id }) => id))
  })

  test('server-filesystem keeps every edit of both, each in its call order', async () => {
    const directory = await directoryOf('files')
    const list = join(directory, 'list.txt')
    await writeFile(list, 'end\n')
    const server = await mcpServer('files', {
      packageName: '@modelcontextprotocol/server-filesystem',
      entry: 'dist/index.js',
      args: [directory],
    })
    cleanUps.unshift(() => server[Symbol.asyncDispose]() as Promise<void>)
    const turn = (run: string): ToolCall[] =>
      Array.from({ length: 16 }, (_, i) => ({
        id: `${run}-${i}`,
        name: 'edit_file',
        arguments: { path: list, edits: [{ oldText: 'end', newText: `${run}-${i}\nend` }] },
      }))
    const results = await atOnce(server.tools, [turn('a'), turn('b')])
    expect(results.filter(({ success }) => !success)).toEqual([])
    const lines = (await readFile(list, 'utf8')).split('\n').slice(0, -2)
    expect(lines).toHaveLength(32)
    for (const run of ['a', 'b'])
      expect(lines.filter((line) => line.startsWith(run))).toEqual(turn(run).map(({ id }) => id))
  })
})
