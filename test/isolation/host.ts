/** A program that isolates tools, for tests of what is left of it: its first argument says how it ends. */
import { createIsolator } from '../../packages/aof-runtime/src/isolation/isolator.ts'
import { MODES, start } from './start.ts'

// Idle workers would be there for weeks.
const at = createIsolator({ idleMs: 2_147_483_647 })
const [, , how = ''] = process.argv

async function useBoth(): Promise<void> {
  for (const mode of MODES) {
    const run = start(at, mode, 'speaks')
    await run.outcome
    const writing = start(at, mode, 'endsOutput')
    await writing.hears('info: by another way')
    await writing.kill()
    await start(at, mode, 'exits', { code: 3 }).outcome.catch(() => {})
    await start(at, mode, 'default', { n: 2 }).outcome
    const loop = start(at, mode, 'loops')
    await loop.hears('progress "looping"')
    await loop.kill()
  }
}

/** The process ids of a process that never ends, of what it has started, and of an idle one. */
async function leaveProcesses(): Promise<void> {
  const busy = start(at, 'process', 'startsOthers', { detached: true })
  const started = (await busy.firstProgress) as number[]
  const idle = await start(at, 'process', 'whereAmI').outcome
  process.stdout.write(`${JSON.stringify([...started, idle])}\n`)
}

switch (how) {
  case 'close':
    await useBoth()
    await at.close()
    break
  case 'close-idle':
    await start(at, 'process', 'default', { n: 2 }).outcome
    await at.close()
    process.stdout.write('closed\n')
    break
  case 'leave':
    await useBoth()
    break
  case 'run':
    // Nothing but the run keeps this process alive.
    void start(at, 'process', 'default', { n: 3 }).outcome.then((value) => process.stdout.write(`${String(value)}\n`))
    break
  case 'wait':
    await leaveProcesses()
    break
  case 'exit':
    await leaveProcesses()
    process.exit(0)
}
