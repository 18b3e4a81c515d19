import { COMMANDS } from './commands.ts'
import { EXIT_CODES } from './exit-codes.ts'
import type { Style } from './style.ts'

const OPTIONS: readonly (readonly [string, string])[] = [
  ['-h, --help', 'show this help'],
  ['-V, --version', 'show the version'],
]

/** The text of `aof --help`. */
export function overview({ strong, accent, dim }: Style): string {
  const section = (title: string, lines: readonly string[]): string => [strong(`${title}:`), ...lines].join('\n')
  const table = (title: string, rows: readonly (readonly [string, string])[]): string => {
    const width = Math.max(...rows.map(([term]) => term.length))
    return section(
      title,
      rows.map(([term, words]) => `  ${accent(term.padEnd(width))}  ${words}`),
    )
  }
  const commands = COMMANDS.map(({ name, usage, summary }) => [`${name} ${usage}`, summary] as const)
  const examples = COMMANDS.map(({ example }) => `  ${dim('$')} ${example}`)
  const codes = EXIT_CODES.map(([code, meaning]) => [String(code).padStart(3), meaning] as const)
  return `${[
    `${strong('aof')} runs agents whose tool calls run in parallel, each with exactly one result.`,
    section('Usage', [`  aof ${accent('<command>')} [options]`]),
    table('Commands', commands),
    table('Options', OPTIONS),
    section('Examples', examples),
    table('Exit codes', codes),
    [
      'The answer goes to standard output, everything else to standard error.',
      `The options of a command: ${accent('aof <command> --help')}`,
    ].join('\n'),
  ].join('\n\n')}\n`
}
