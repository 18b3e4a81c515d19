import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { FaultCase } from './cases.ts'
import type { Report, Settled } from './report.ts'

/** The outcome of the process of a cell. */
export type Observed =
  /** It could not be loaded, or three good calls did not succeed: there is nothing to observe. */
  | { readonly kind: 'not run'; readonly why: string }
  | ({ readonly kind: 'settled' } & Settled)
  /** The run did not settle in time. */
  | { readonly kind: 'hang'; readonly afterMs: number }
  /** The process ended by itself, during the run or shortly after. */
  | { readonly kind: 'crash'; readonly exit: string; readonly lastWords: string }

/** Turns off telemetry and its notices, which would disturb the measurement. */
const QUIET: Readonly<Record<string, string>> = {
  AI_SDK_LOG_WARNINGS: 'false',
  DO_NOT_TRACK: '1',
  LANGCHAIN_TRACING_V2: 'false',
  LANGSMITH_TRACING: 'false',
  MASTRA_OFFLINE: '1',
  MASTRA_TELEMETRY_DISABLED: '1',
  OPENAI_AGENTS_DISABLE_TRACING: '1',
  OTEL_SDK_DISABLED: 'true',
}

/** Time to load an SDK and run its first good turns, which are not measured; on a busy machine some take seconds. */
const START_MS = 60_000
const WORDS_LENGTH = 300

/** Runs one case on one subject in a process of its own. */
export function runCell(subject: string, { name, watchdogMs }: FaultCase): Promise<Observed> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('child.ts', import.meta.url)), [subject, name], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, ...QUIET },
    })
    let started = false
    let settled: Settled | undefined
    let stderr = ''
    let hangs = false
    const watch = (ms: number): NodeJS.Timeout =>
      setTimeout(() => {
        hangs = true
        child.kill('SIGKILL')
      }, ms)
    let watchdog = watch(START_MS)
    child.stderr?.on('data', (text: Buffer) => (stderr = `${stderr}${text.toString()}`.slice(-4_000)))
    child.on('message', (message) => {
      const report = message as Report
      clearTimeout(watchdog)
      if (report.kind === 'settled') settled = report
      else started = true
      watchdog = watch(watchdogMs)
    })
    child.once('error', reject)
    // A process that computes for ever would outlive this one.
    const end = (): void => void child.kill('SIGKILL')
    process.once('exit', end)
    child.once('close', (code, signal) => {
      clearTimeout(watchdog)
      process.off('exit', end)
      const exit = signal ?? `exit ${code}`
      if (!started) resolve({ kind: 'not run', why: `${exit}: ${lastWords(stderr)}` })
      else if (hangs) resolve({ kind: 'hang', afterMs: watchdogMs })
      else if (settled !== undefined && code === 0) resolve({ kind: 'settled', ...settled })
      else resolve({ kind: 'crash', exit, lastWords: lastWords(stderr) })
    })
  })
}

/** The line of an uncaught error that names the error. */
function lastWords(stderr: string): string {
  const lines = stderr.split('\n')
  const said = lines.filter((line) => line.trim() !== '')
  return (said.find((line) => /^\S*(Error|Uncaught|\[)/.test(line)) ?? said.at(-1) ?? '').slice(0, WORDS_LENGTH)
}
