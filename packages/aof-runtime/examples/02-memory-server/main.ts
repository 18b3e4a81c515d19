// A model calls `create_entities` of the MCP memory server thirty times in one turn. The server reads its file, adds an
// entity, and writes it back: side by side, nearly all entities are lost, although every call succeeds.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ToolExecutor } from 'aof-runtime'
import { mcpServer } from '../mcp-tools.ts'

const calls = Array.from({ length: 30 }, (_, i) => ({
  id: `call-${i}`,
  name: 'create_entities',
  arguments: { entities: [{ name: `person ${i}`, entityType: 'person', observations: [] }] },
}))

for (const effects of ['on', 'off'] as const) {
  const directory = await mkdtemp(join(tmpdir(), 'aof-memory-'))
  const file = join(directory, 'memory.jsonl')
  await using server = await mcpServer('memory', {
    packageName: '@modelcontextprotocol/server-memory',
    entry: 'dist/index.js',
    env: { MEMORY_FILE_PATH: file },
  })
  const executor = new ToolExecutor({ tools: server.tools, effects })
  const results = await executor.executeTools(calls)
  const succeeded = results.filter(({ success }) => success).length
  const kept = (await readFile(file, 'utf8')).trim().split('\n').length
  console.log(`effects: ${effects.padEnd(3)}  ${succeeded} calls succeeded, ${kept} entities kept`)
  await executor.close()
  await rm(directory, { recursive: true })
}
