/** A program that has as many files open as it may, and then runs a command, a thread, a process, and keeps a large result. */
import { closeSync, openSync } from 'node:fs'
import process from 'node:process'
import { defineTool, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import { createIsolator } from '../../packages/aof-runtime/src/isolation/isolator.ts'
import { FileStore } from '../../packages/aof-runtime/src/spill/file-store.ts'
import { runCommand } from '../../packages/aof-cli/src/tools/command.ts'

const module = new URL('../isolation/tools/tools.ts', import.meta.url)
const runs = defineTool({
  name: 'command',
  execute: () => runCommand({ argv: ['echo'], cwd: '/', env: { PATH: '/usr/bin:/bin' } }),
})
const isolated = (['thread', 'process'] as const).map((mode) =>
  defineTool({ name: mode, isolation: { mode, module, export: 'count' } }),
)
const large = defineTool({ name: 'large', execute: () => 'x'.repeat(2_000_000) })
const tools = [runs, ...isolated, large]
await using executor = new ToolExecutor({
  tools,
  isolator: createIsolator(),
  openSpillStore: (options) => new FileStore(options),
})
const open: number[] = []
try {
  for (;;) open.push(openSync('/dev/null', 'r'))
} catch {
  // As many as there may be.
}
const results = await executor.executeTools(tools.map(({ name }) => ({ id: name, name, arguments: {} })))
for (const file of open) closeSync(file)
process.stdout.write(JSON.stringify(results.map((result) => (result.success ? '' : result.error.message))))
