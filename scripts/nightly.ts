/**
 * What is too long for `npm test`: a million simulated worlds with everything else of the simulation fifty times over, a
 * million calls of the soak, and the planted bugs. `npm run test:nightly`, or `npm run test:nightly -- planted` for some.
 *
 * Takes about an hour and a half on two processors. Fails if anything did.
 */
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { root } from './manifest.ts'

interface Part {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  readonly environment?: Readonly<Record<string, string>>
}

const parts: readonly Part[] = [
  { name: 'planted', command: ['node', 'scripts/planted-bugs.ts'] },
  { name: 'soak', command: ['vitest', 'run', 'test/soak'], environment: { AOF_SOAK_CALLS: '1000000' } },
  { name: 'simulation', command: ['vitest', 'run', 'test/simulation'], environment: { AOF_SIMULATION_SCALE: '50' } },
]

/** @returns whether it went well */
function run({ command: [program, ...args], environment = {} }: Part): Promise<boolean> {
  const { PATH = '', ...rest } = process.env
  const child = spawn(program, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...rest, ...environment, PATH: `${join(root, 'node_modules/.bin')}${delimiter}${PATH}` },
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code === 0))
  })
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !parts.some((part) => part.name === name))
  if (unknown !== undefined) {
    console.error(`No part is named "${unknown}"; there are: ${parts.map(({ name }) => name).join(', ')}.`)
    return 2
  }
  const failed: string[] = []
  for (const part of parts) {
    if (names.length > 0 && !names.includes(part.name)) continue
    console.log(`── ${part.name} ──`)
    if (!(await run(part))) failed.push(part.name)
  }
  if (failed.length > 0) console.error(`Failed: ${failed.join(', ')}.`)
  return failed.length === 0 ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
