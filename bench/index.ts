import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import type { Mode } from './mode.ts'
import { type Claim, type Environment, environment, renderClaim } from './report.ts'

/** The claims by name, each loaded on demand. */
const CLAIMS: Readonly<Record<string, () => Promise<(mode: Mode) => Promise<Claim>>>> = {
  overhead: async () => (await import('./overhead.ts')).overhead,
  makespan: async () => (await import('./makespan.ts')).makespan,
  turn: async () => (await import('./turn.ts')).turn,
  eager: async () => (await import('./eager.ts')).eager,
  memory: async () => (await import('./memory.ts')).memory,
  admission: async () => (await import('./admission.ts')).admission,
  effects: async () => (await import('./effects.ts')).effects,
  isolation: async () => (await import('./isolation.ts')).isolation,
  faults: async () => (await import('./faults.ts')).faults,
}

const USAGE = `Usage: npm run bench -- [${Object.keys(CLAIMS).join('|')} …] [--quick]
       npm run bench -- against DIR [part of a shape's name] [--quick]
       npm run bench -- growth [part of a shape's name] [--quick]`

const args = process.argv.slice(2)
const quick = args.includes('--quick')
const asked = args.filter((arg) => arg !== '--quick')
const [first, second, third = ''] = asked
const unknown =
  first === 'against' || first === 'growth' ? undefined : asked.find((name) => !Object.hasOwn(CLAIMS, name))
if (unknown !== undefined) {
  console.error(`There is no claim ${JSON.stringify(unknown)}.\n${USAGE}`)
  process.exitCode = 2
} else if (!existsSync(new URL('../packages/aof-runtime/dist/index.js', import.meta.url))) {
  console.error('The library is not built. Run `npm run build` at the root of the repository.')
  process.exitCode = 2
} else if (first === 'against') {
  process.exitCode =
    second === undefined ? misused() : await (await import('./against.ts')).against(second, third, quick)
} else if (first === 'growth') {
  process.exitCode = await (await import('./growth.ts')).growth(second ?? '', quick)
} else {
  await run(asked.length > 0 ? asked : Object.keys(CLAIMS))
}

function misused(): number {
  console.error(`"against" takes the folder of another built checkout.\n${USAGE}`)
  return 2
}

async function run(names: readonly string[]): Promise<void> {
  const where = environment()
  console.log(`${describe(where)}\n`)
  const claims: Claim[] = []
  for (const name of names) {
    const startedAt = performance.now()
    const measure = await CLAIMS[name]?.()
    if (measure === undefined) continue
    const claim = await measure({ quick })
    claims.push(claim)
    console.log(`${renderClaim(claim)}\n\n(${Math.round((performance.now() - startedAt) / 1000)} s)\n`)
  }
  const results = new URL('results/', import.meta.url)
  mkdirSync(results, { recursive: true })
  writeFileSync(new URL('latest.json', results), `${JSON.stringify({ environment: where, quick, claims }, null, 2)}\n`)
  const targets = claims.flatMap((claim) => claim.targets)
  console.log(
    `${targets.filter(({ met }) => met).length} of ${targets.length} targets met. All figures: bench/results/latest.json`,
  )
}

function describe({ node, platform, cpu, cores, memoryGiB, loadAtStart, versions }: Environment): string {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    `Node ${node} on ${platform}, ${cores} × ${cpu}, ${memoryGiB} GiB, load ${loadAtStart} at the start${quick ? ', quick' : ''}`,
    list.join(', '),
    'Absolute figures depend on this machine and this moment; ratios compare pairs of samples taken shortly after each other.',
  ].join('\n')
}
