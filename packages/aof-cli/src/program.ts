import { readFileSync } from 'node:fs'
import { Command, InvalidArgumentError, Option } from 'commander'
import { COMMANDS } from './commands.ts'
import { LOG_LEVELS, type LogLevel } from './output.ts'
import { overview } from './overview.ts'
import { createStyle, type Style, wantsColor } from './style.ts'
import { oneLine } from './text.ts'

/** The command line of `aof`. The file of a command is loaded when the command is called. */
export function createProgram(argv: readonly string[]): Command {
  const color = !argv.includes('--no-color')
  const style = createStyle(wantsColor(process.stdout, process.env, color))
  const errorStyle = createStyle(wantsColor(process.stderr, process.env, color))
  const program = withManners(new Command('aof'), style, errorStyle)
    .usage('<command> [options]')
    .version(version(), '-V, --version', 'show the version')
    .helpCommand(false)
    .enablePositionalOptions()
    .configureHelp({ formatHelp: () => overview(style) })
    .hook('preSubcommand', defineCommand)
  for (const { name, summary } of COMMANDS) {
    const sentence = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
    program.addCommand(withManners(new Command(name), style, errorStyle).description(sentence))
  }
  return program
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return known ? String(manifest.version) : 'unknown'
}

async function defineCommand(_program: Command, command: Command): Promise<void> {
  const module = await COMMANDS.find(({ name }) => name === command.name())?.load()
  module?.define(command)
  command
    .optionsGroup('Output:')
    .option('--json', 'print JSON for machines')
    .addOption(
      new Option('--log-level <level>', 'debug, info, warn, error or silent')
        .default('info', 'progress, and log lines from warn on')
        .argParser(readLogLevel),
    )
    .option('-v, --verbose', 'show the stack and the causes of errors')
    .option('--no-color', 'no colours (the same as NO_COLOR=1)')
}

function readLogLevel(value: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === value.toLowerCase())
  if (level === undefined) throw new InvalidArgumentError(`Expected one of ${LOG_LEVELS.join(', ')}.`)
  return level
}

/** Configures the help of a command, and its reports of a wrong command line. */
function withManners(command: Command, style: Style, errorStyle: Style): Command {
  const name = command.name() === 'aof' ? 'aof' : `aof ${command.name()}`
  return command
    .exitOverride()
    .helpOption('-h, --help', 'show this help')
    .configureHelp({ styleTitle: style.strong, styleOptionTerm: style.accent, styleArgumentTerm: style.accent })
    .configureOutput({
      outputError: (text, write) => {
        const lines = text
          .trim()
          .split('\n')
          .map((line) => oneLine(line.replace(/^error: /, '')))
        write(`${errorStyle.error('aof:')} ${lines.join('\n     ')}\n     ${errorStyle.dim(`see: ${name} --help`)}\n`)
      },
    })
}
