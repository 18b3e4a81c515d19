import type { Command } from 'commander'
import type { AgentFile, Problem } from '../agent-file/index.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { formatProblem } from './format-problem.ts'
import { type CommonOptions, Output } from './output.ts'
import { type FoundAgent, readAgents } from './read-agent.ts'
import { problemWords } from './report-error.ts'
import { oneLine } from './text.ts'

interface ValidateOptions extends CommonOptions {
  readonly strict?: boolean
}

/** `aof validate FILE…`: everything that is wrong with agent files. */
export function define(command: Command): void {
  command
    .argument('<file...>', 'agent files, YAML or JSON; - is standard input')
    .option('--strict', 'let warnings count as errors')
    .addHelpText(
      'after',
      [
        '',
        'Nothing of a file is run: no tool, no module, no command.',
        'Exit codes: 0 every file is valid, 3 a file is invalid or cannot be read.',
        '',
        'Editors complete and check agent files with the JSON Schema of the package:',
        '  # yaml-language-server: $schema=node_modules/aof-runtime/schema/agent.schema.json',
      ].join('\n'),
    )
    .action(async (files: string[], options: ValidateOptions) => {
      process.exitCode = await validate(files, options)
    })
}

async function validate(files: readonly string[], options: ValidateOptions): Promise<ExitCode> {
  const output = new Output(options)
  const reports = []
  for (const file of files)
    for (const found of await readAgents(file)) reports.push(reportOf(found, options.strict ?? false))
  if (output.json) output.answerJson(document(reports))
  else {
    for (const report of reports) show(report, output)
    if (reports.length > 1) output.note(summary(reports))
  }
  return reports.every(({ valid }) => valid) ? EXIT.ok : EXIT.file
}

/** What there is to say of one file. */
interface Report {
  readonly file: string
  readonly valid: boolean
  readonly agent?: AgentFile
  readonly problems: readonly Problem[]
  readonly errors: number
  readonly warnings: number
}

function reportOf({ file, parsed }: FoundAgent, strict: boolean): Report {
  const errors = parsed.problems.filter(({ severity }) => severity === 'error').length
  const warnings = parsed.problems.length - errors
  const valid = parsed.ok && !(strict && warnings > 0)
  return { file, valid, ...(parsed.ok && { agent: parsed.agent }), problems: parsed.problems, errors, warnings }
}

function document(reports: readonly Report[]): object {
  return {
    valid: reports.every(({ valid }) => valid),
    errors: sum(reports, 'errors'),
    warnings: sum(reports, 'warnings'),
    files: reports.map(({ file, valid, agent, problems }) => ({
      file,
      valid,
      ...(agent !== undefined && { agent: agentSummary(agent) }),
      problems: problems.map(({ file: _file, ...problem }) => problemWords(problem)),
    })),
  }
}

function agentSummary(agent: AgentFile): object {
  const { name, model, tools, unsupported } = agent
  return {
    name,
    model: `${model.provider}:${model.name}`,
    tools: tools.map((tool) => (tool.kind === 'command' ? tool.name : tool.path)),
    runs: unsupported.every(({ effect }) => effect === 'ignored'),
  }
}

function show(report: Report, output: Output): void {
  const { agent, valid, problems } = report
  for (const problem of problems) output.note(`${formatProblem(problem, output.style, output.width)}\n`)
  if (valid && agent !== undefined) output.answer(verdict(report.file, agent, output))
  else output.note(`${output.style.error('invalid')} ${oneLine(report.file)}: ${counts(report)}\n`)
}

function verdict(file: string, agent: AgentFile, output: Output): string {
  const { answerStyle: style } = output
  const refused = agent.unsupported.filter(({ effect }) => effect === 'refused').length
  const parts = [agent.name, `${agent.model.provider}:${agent.model.name}`, toolCount(agent)]
  if (refused > 0) parts.push(style.warning('valid, but this version cannot run it'))
  return `${style.good('valid')} ${style.strong(oneLine(file))}  ${style.dim(
    parts
      .slice(0, 3)
      .map((part) => oneLine(part))
      .join(', '),
  )}${parts.length > 3 ? `  ${parts[3]}` : ''}`
}

function toolCount({ tools }: AgentFile): string {
  const commands = tools.filter(({ kind }) => kind === 'command').length
  const modules = tools.length - commands
  const parts = [plural(commands, 'command'), plural(modules, 'module')].filter((part) => !part.startsWith('0'))
  return parts.length === 0 ? 'no tools' : parts.join(' and ')
}

function summary(reports: readonly Report[]): string {
  const valid = reports.filter((report) => report.valid).length
  const total = { errors: sum(reports, 'errors'), warnings: sum(reports, 'warnings') }
  const said = total.errors + total.warnings > 0 ? `: ${counts(total)}` : ''
  return `${valid} of ${reports.length} files are valid${said}`
}

function counts({ errors, warnings }: Pick<Report, 'errors' | 'warnings'>): string {
  return warnings === 0 ? plural(errors, 'error') : `${plural(errors, 'error')}, ${plural(warnings, 'warning')}`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function sum(reports: readonly Report[], field: 'errors' | 'warnings'): number {
  return reports.reduce((total, report) => total + report[field], 0)
}
