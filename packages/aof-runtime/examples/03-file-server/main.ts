// A model edits one file sixteen times and reads twenty others, in one turn, with the MCP file-system server. Edits run one
// after the other in call order, reads side by side: the annotations of the server's tools tell them apart.
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ToolExecutor } from 'aof-runtime'
import { mcpServer } from '../mcp-tools.ts'

for (const effects of ['on', 'off'] as const) {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'aof-files-')))
  const list = join(directory, 'list.txt')
  await writeFile(list, 'end\n')
  const others = Array.from({ length: 20 }, (_, i) => join(directory, `${i}.txt`))
  await Promise.all(others.map((path) => writeFile(path, path)))
  await using server = await mcpServer('files', {
    packageName: '@modelcontextprotocol/server-filesystem',
    entry: 'dist/index.js',
    args: [directory],
  })
  const executor = new ToolExecutor({ tools: server.tools, effects, maxParallelTools: 20 })
  let running = 0
  let most = 0
  executor.subscribe((event) => {
    if (event.type === 'started' && event.name === 'read_text_file') most = Math.max(most, ++running)
    if (event.type === 'settled' && event.name === 'read_text_file') running--
  })
  const edits = Array.from({ length: 16 }, (_, i) => ({
    id: `edit-${i}`,
    name: 'edit_file',
    arguments: { path: list, edits: [{ oldText: 'end', newText: `${i}\nend` }] },
  }))
  const reads = others.map((path, i) => ({ id: `read-${i}`, name: 'read_text_file', arguments: { path } }))
  const results = await executor.executeTools([...edits, ...reads])
  const succeeded = results.filter(({ success }) => success).length
  const kept = (await readFile(list, 'utf8')).split('\n').slice(0, -2)
  const isInOrder = kept.every((line, i) => i === 0 || Number(line) > Number(kept[i - 1]))
  console.log(
    `effects: ${effects.padEnd(3)}  ${succeeded} calls succeeded, ${kept.length} of 16 edits kept${isInOrder && kept.length > 1 ? ', in order' : ''}, ${most} reads at once`,
  )
  await executor.close()
  await rm(directory, { recursive: true })
}
