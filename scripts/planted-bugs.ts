/**
 * Plants one bug after the other in a copy of the sources, runs the simulation against each, and reports which of them
 * it caught (S14). Fails if a bug cannot be planted any more, if the simulation fails without a bug, if fewer than 95
 * of 100 are caught, or if one survives without an explanation.
 *
 *   npm run test:nightly -- planted
 *   npx node scripts/planted-bugs.ts permits     only bugs whose file or description contains this word
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './manifest.ts'
import { PLANTED_BUGS } from './planted-bugs/bugs.ts'
import type { Catch } from './planted-bugs/catch.ts'
import { plant } from './planted-bugs/plant.ts'
import type { PlantedBug } from './planted-bugs/planted-bug.ts'

/** A bug may also make everything hang: that counts as caught, after this time. */
const HANG_MS = 600_000
const LEAST_CAUGHT = 0.95
const CORE = 'packages/aof-runtime/src/core'

/** A copy of the files that the simulation needs. */
function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), 'aof-planted-'))
  for (const part of ['packages', 'scripts', 'test/simulation', 'package.json'])
    cpSync(join(root, part), join(copy, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

/** The check that catches the bug in a copy; undefined if none does. */
function runSimulation(copy: string): Promise<Catch | undefined> {
  const child = spawn(process.execPath, [join(copy, 'scripts/planted-bugs/catch.ts')], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text))
  let isHung = false
  const timer = setTimeout(() => {
    isHung = true
    child.kill('SIGKILL')
  }, HANG_MS)
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      clearTimeout(timer)
      if (isHung) return resolve({ by: 'hang', message: 'the simulation did not end' })
      if (code === 0)
        return resolve((JSON.parse(output.trim().split('\n').at(-1) ?? 'null') as Catch | null) ?? undefined)
      // Node's exit code for a top-level promise that is never settled.
      if (code === 13) return resolve({ by: 'hang', message: 'a promise was never settled' })
      const message = errors.split('\n').find((line) => /error/i.test(line)) ?? `exit code ${code}`
      if (message.includes('SyntaxError')) reject(new Error(`A planted bug must leave valid code: ${message}`))
      else resolve({ by: 'crash', message })
    })
  })
}

async function tryBug(copy: string, bug: PlantedBug): Promise<Catch | undefined> {
  const path = join(copy, CORE, bug.file)
  const source = readFileSync(path, 'utf8')
  writeFileSync(path, plant(source, bug))
  try {
    return await runSimulation(copy)
  } finally {
    writeFileSync(path, source)
  }
}

function report(bug: PlantedBug, found: Catch | undefined): void {
  const how =
    found === undefined ? 'SURVIVES' : `${found.by}${found.after === undefined ? '' : `, ${found.after} seeds`}`
  console.log(`${found === undefined ? '✗' : '✓'} ${bug.file.padEnd(22)} ${bug.why}: ${how}`)
  console.log(`    ${found?.message ?? bug.survives ?? 'There is no explanation.'}`)
}

async function main(words: readonly string[]): Promise<number> {
  const bugs = PLANTED_BUGS.filter(({ file, why }) => words.every((word) => `${file} ${why}`.includes(word)))
  const copies = Array.from({ length: Math.min(availableParallelism(), bugs.length) }, copyProject)
  const survivors: PlantedBug[] = []
  try {
    for (const bug of bugs) plant(readFileSync(join(root, CORE, bug.file), 'utf8'), bug)
    const control = await runSimulation(copies[0] ?? copyProject())
    if (control !== undefined) {
      console.error(`Without a bug: caught by ${control.by}: ${control.message}`)
      return 1
    }
    console.log('✓ without a bug: clean')
    const waiting = bugs.values()
    await Promise.all(
      copies.map(async (copy) => {
        for (const bug of waiting) {
          const found = await tryBug(copy, bug)
          report(bug, found)
          if (found === undefined) survivors.push(bug)
        }
      }),
    )
  } finally {
    for (const copy of copies) rmSync(copy, { recursive: true })
  }
  const caught = bugs.length - survivors.length
  console.log(`\n${caught} of ${bugs.length} planted bugs caught (${((100 * caught) / bugs.length).toFixed(1)} %).`)
  const isExplained = survivors.every(({ survives }) => survives !== undefined)
  return caught >= bugs.length * LEAST_CAUGHT && isExplained ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
