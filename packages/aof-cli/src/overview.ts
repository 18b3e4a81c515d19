import { COMMANDS } from './commands.ts'
import { EXIT_CODES } from './exit-codes.ts'
import type { Style } from './style.ts'

/** The text of `aof --help`. */
export function overview(style: Style): string {
  return `${[
    `${style.strong('aof')} runs agents whose tool calls run in parallel, each with exactly one result.`,
    section('Usage', [`  aof ${style.accent('<command>')} [options]`], style),
    section(
      'Commands',
      table(
        COMMANDS.map(({ name, usage, summary }) => [`${name} ${usage}`, summary]),
        style,
      ),
      style,
    ),
    section('Options', table(OPTIONS, style), style),
    section(
      'Examples',
      COMMANDS.map(({ example }) => `  ${style.dim('$')} ${example}`),
      style,
    ),
    section(
      'Exit codes',
      table(
        EXIT_CODES.map(([code, meaning]) => [String(code).padStart(3), meaning]),
        style,
      ),
      style,
    ),
    [
      'The answer goes to standard output, everything else to standard error.',
      `The options of a command: ${style.accent('aof <command> --help')}`,
    ].join('\n'),
  ].join('\n\n')}\n`
}

const OPTIONS: readonly (readonly [string, string])[] = [
  ['-h, --help', 'show this help'],
  ['-V, --version', 'show the version'],
]

function section(title: string, lines: readonly string[], style: Style): string {
  return [style.strong(`${title}:`), ...lines].join('\n')
}

function table(rows: readonly (readonly [string, string])[], style: Style): string[] {
  const width = Math.max(...rows.map(([term]) => term.length))
  return rows.map(([term, words]) => `  ${style.accent(term.padEnd(width))}  ${words}`)
}
