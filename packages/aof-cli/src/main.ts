import { CommanderError } from 'commander'
import { platformProblem } from 'aof-runtime/internal'
import { COMMANDS, refuseAofctlCommand } from './commands.ts'
import { CliError } from './errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { Output } from './output.ts'
import { endAtOnce } from './process/exit-watch.ts'
import { createProgram } from './program.ts'
import { oneLine } from './text.ts'

/** Runs the command of the arguments, and sets the exit code of the process. Never rejects. */
async function main(argv: readonly string[]): Promise<void> {
  const problem = platformProblem()
  if (problem !== undefined) {
    process.stderr.write(`aof: ${problem}\n`)
    process.exitCode = EXIT.internal
    return
  }
  const given = withoutHelpCommand(argv)
  try {
    refuseAofctlCommand(given[0])
    await createProgram(given).parseAsync(given, { from: 'user' })
  } catch (error) {
    process.exitCode = await report(error, given)
  }
}

/** `aof help validate` is `aof validate --help`. An unknown command stays, so that it is reported. */
function withoutHelpCommand([first, ...rest]: readonly string[]): string[] {
  if (first !== 'help') return first === undefined ? [] : [first, ...rest]
  const known = rest.length === 0 || COMMANDS.some(({ name }) => name === rest[0])
  return known ? [...rest, '--help'] : rest
}

/** The document format of `-o`, read from a command line that may be wrong. */
function formatIn(argv: readonly string[]): string | undefined {
  if (argv[0] !== 'run') return undefined
  const given = argv.map((word, i) =>
    word === '-o' || word === '--output' ? argv[i + 1] : /^(?:-o|--output=)(.+)$/.exec(word)?.[1],
  )
  return given.find((format) => format === 'json' || format === 'yaml')
}

async function report(error: unknown, argv: readonly string[]): Promise<ExitCode> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  const format = formatIn(argv)
  const options = {
    json: argv.includes('--json') || format !== undefined,
    logLevel: 'info',
    color: !argv.includes('--no-color'),
    verbose: argv.includes('-v') || argv.includes('--verbose'),
  } as const
  const output = new Output(options, format === 'yaml' ? (await import('./yaml-text.ts')).yamlText : undefined)
  if (!(error instanceof CliError)) return reportFault(error, output)
  const { reportError } = await import('./report-error.ts')
  return reportError(error, output)
}

function reportFault(error: unknown, output: Output): ExitCode {
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error)
  output.note(`${output.style.error('aof:')} an internal error of aof, please report it:`)
  for (const line of words.split('\n')) output.note(`     ${oneLine(line)}`)
  if (output.json) output.answerJson({ ok: false, exitCode: EXIT.internal, error: { message: oneLine(words) } })
  return EXIT.internal
}

// A lost answer must not look like success, whatever the command.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  const why = error.code === 'EPIPE' ? 'its reader has closed it' : (error.code ?? error.message)
  process.stderr.write(`aof: standard output cannot be written: ${oneLine(why)}\n`)
  endAtOnce(EXIT.output)
})
// Without standard error the command prints less, and gives the same answer.
process.stderr.on('error', () => {})

void main(process.argv.slice(2))
