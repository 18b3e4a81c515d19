import { packages, workspace } from '../../scripts/manifest.ts'

/** The lines of a shell block: prompts, comments and continuations taken out. */
export function commandLines(code: string): string[] {
  return code
    .replace(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/^\s*\$ /, '').replace(commentOrQuoted, (_all, quoted?: string) => quoted ?? ''))
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

const commentOrQuoted = /("[^"]*"|'[^']*')|(?:^|(?<=\s))#.*$/g

/** The part of a line that the tests run, and the faults of the rest. */
export interface LineVerdict {
  /** Whether the tests run the line. */
  readonly runs: boolean
  readonly problem?: string
}

/** Commands that the tests run. */
const run = new Set(['aof', 'cat', 'echo', 'node', 'printf'])

/** Commands that set a machine up: nothing to check about them here. */
const setUp = new Set(['cd', 'export', 'git', 'mkdir'])

/** Judges a line of shell: `npm` commands must exist, the command's own are to be run, others are not known. */
export function judgeLine(line: string): LineVerdict {
  const commands = line.replace(/"[^"]*"|'[^']*'/g, 'quoted').split(/&&|\|\||[;|]/)
  const verdicts = commands.map(judgeCommand)
  const problem = verdicts.find((verdict) => verdict.problem !== undefined)?.problem
  if (problem !== undefined) return { runs: false, problem }
  return { runs: verdicts.every(({ runs }) => runs) }
}

function judgeCommand(command: string): LineVerdict {
  const words = command.trim().split(/\s+/)
  while (/^\w+=/.test(words[0] ?? '')) words.shift()
  const [program = '', ...rest] = words
  if (program === 'npm') return withoutRunning(npmProblem(rest))
  if (program === 'npx' && rest[0] === 'aof') return { runs: true }
  if (setUp.has(program) || program === '') return { runs: false }
  if (run.has(program)) return { runs: true }
  return { runs: false, problem: `the documents' tests do not know the command "${command.trim()}"` }
}

function withoutRunning(problem: string | undefined): LineVerdict {
  return problem === undefined ? { runs: false } : { runs: false, problem }
}

function npmProblem([command = '', ...rest]: readonly string[]): string | undefined {
  const names = rest.filter((word) => !word.startsWith('-'))
  switch (command) {
    case 'ci':
      return undefined
    case 'test':
    case 'start':
      return scriptProblem(command)
    case 'run':
      return scriptProblem(names[0] ?? '')
    case 'i':
    case 'install':
    case 'add':
      return names.map(packageProblem).find((problem) => problem !== undefined)
    default:
      return `the documents' tests do not know "npm ${command}"`
  }
}

function scriptProblem(script: string): string | undefined {
  return Object.hasOwn(workspace.scripts, script) ? undefined : `package.json has no script "${script}"`
}

function packageProblem(specifier: string): string | undefined {
  const name = specifier.replace(/(?<=.)@.*$/, '')
  const manifests = [workspace, ...packages.map(({ manifest }) => manifest)]
  const known = manifests.flatMap(({ name: own, dependencies, devDependencies, peerDependencies }) => [
    own,
    ...Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies }),
  ])
  return known.includes(name) ? undefined : `"${name}" is not a package we know of`
}
