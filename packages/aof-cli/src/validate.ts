import type { Command } from 'commander'
import type { AgentFile } from './agent-file/agent-file.ts'
import type { Problem } from './agent-file/problem.ts'
import { unsupportedProblem } from './agent-file/unsupported.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { formatProblem, problemWords } from './format-problem.ts'
import { type CommonOptions, Output } from './output.ts'
import { modelProblems } from './models/load-model.ts'
import { agentPaths, type FoundAgent, type FoundOther, readAgents } from './read-agent.ts'
import { oneLine, plural } from './text.ts'

interface ValidateOptions extends CommonOptions {
  readonly strict?: boolean
  readonly schemaOnly?: boolean
}

/** `aof validate FILE…`: reports all problems of agent files. */
export function define(command: Command): void {
  command
    .argument('<file...>', 'agent files, YAML or JSON, or folders of them; - is standard input')
    .option('--strict', 'let warnings count as errors')
    .option('--schema-only', 'check the files alone, not whether their agents run here')
    .addHelpText(
      'after',
      [
        '',
        'No code of a file runs: no tool, no module, no command.',
        'An agent runs here if this version supports all its features, and its modules, programs and files exist.',
        'A provider whose package or key is missing is a warning. Documents of other kinds are named and skipped.',
        'Exit codes: 0 every agent is valid and runs here, 3 one is not or does not, or a file cannot be read.',
        '',
        'Editors complete and check agent files with the JSON Schema of the package:',
        '  # yaml-language-server: $schema=node_modules/aof-cli/schema/agent.schema.json',
      ].join('\n'),
    )
    .action(async (files: string[], options: ValidateOptions) => {
      process.exitCode = await validate(files, options)
    })
}

async function validate(files: readonly string[], options: ValidateOptions): Promise<ExitCode> {
  const output = new Output(options)
  const reports: Report[] = []
  const skipped: FoundOther[] = []
  const paths = (await Promise.all(files.map(agentPaths))).flat()
  for (const { file, isFromFolder } of paths) {
    const found = await readAgents(file, isFromFolder)
    skipped.push(...found.skipped)
    for (const agent of found.agents) reports.push(reportOf(agent, options))
  }
  const isGood = reports.length > 0 && reports.every(({ valid, runs }) => valid && runs !== false)
  if (output.json) output.answerJson(document(reports, skipped))
  else {
    for (const other of skipped) output.note(skippedLine(other, output))
    for (const report of reports) show(report, output)
    if (reports.length > 1) output.note(summary(reports))
    if (reports.length === 0) output.note(`${output.style.error('aof:')} there is no agent among the files`)
  }
  return isGood ? EXIT.ok : EXIT.file
}

/** The report about one agent. */
interface Report {
  readonly file: string
  readonly valid: boolean
  /** True if the agent would run here; undefined if this was not checked. */
  readonly runs: boolean | undefined
  readonly agent?: AgentFile
  readonly problems: readonly Problem[]
  readonly errors: number
  readonly warnings: number
}

function reportOf({ file, parsed, alone }: FoundAgent, { strict, schemaOnly }: ValidateOptions): Report {
  const agent = alone.ok ? alone.agent : alone.readable
  const ofModel = agent === undefined ? [] : modelProblems(agent.model)
  // An unknown provider is an error of the file; a missing package or key concerns the machine.
  const unknown = ofModel.filter(({ severity }) => severity === 'error')
  // An argument schema that cannot be compiled is an error of the file, too.
  const unusable = parsed.problems.filter(
    (problem) => problem.severity === 'error' && problem.code === 'wrong_value' && !alone.problems.includes(problem),
  )
  const ownFaults = [...alone.problems, ...unknown, ...unusable]
  const all = schemaOnly === true ? ownFaults : refusing([...parsed.problems, ...ofModel], agent)
  const problems = all.toSorted((a, b) => a.line - b.line || a.column - b.column)
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  const isStrict = strict === true && warnings > 0
  const valid = alone.ok && unknown.length + unusable.length === 0 && !isStrict
  const runs = schemaOnly === true ? undefined : valid && errors === 0
  return { file, valid, runs, ...(alone.ok && { agent: alone.agent }), problems, errors, warnings }
}

/** Unsupported features that this version refuses to run are errors of an agent that should run here. */
function refusing(problems: readonly Problem[], agent: AgentFile | undefined): Problem[] {
  const refused = (agent?.unsupported ?? []).filter(({ effect }) => effect === 'refused')
  const errors = refused.map((entry) => unsupportedProblem(entry, 'error'))
  const isRefused = (problem: Problem): boolean =>
    errors.some((error) => error.line === problem.line && error.message === problem.message)
  return [...problems.filter((problem) => !isRefused(problem)), ...errors]
}

function document(reports: readonly Report[], skipped: readonly FoundOther[]): object {
  return {
    valid: reports.length > 0 && reports.every(({ valid }) => valid),
    ...(reports.every(({ runs }) => runs !== undefined) && { runs: reports.every(({ runs }) => runs) }),
    errors: sum(reports, 'errors'),
    warnings: sum(reports, 'warnings'),
    files: reports.map(({ file, valid, runs, agent, problems }) => ({
      file,
      valid,
      ...(runs !== undefined && { runs }),
      ...(valid && agent !== undefined && { agent: agentSummary(agent) }),
      problems: problems.map(({ file: _file, ...problem }) => problemWords(problem)),
    })),
    skipped,
  }
}

function skippedLine({ file, line, kind, name }: FoundOther, { style }: Output): string {
  const what = kind === undefined ? 'it is not an agent file' : `kind ${kind}${name === undefined ? '' : ` "${name}"`}`
  return `${style.dim('skipped')} ${oneLine(file)}:${line} ${oneLine(what)}`
}

function agentSummary(agent: AgentFile): object {
  const { name, model, tools } = agent
  return {
    name,
    model: `${model.provider}:${model.name}`,
    tools: tools.map((tool) => (tool.kind === 'command' ? tool.name : tool.path)),
  }
}

function show(report: Report, output: Output): void {
  const { agent, valid, problems } = report
  for (const problem of problems) output.note(`${formatProblem(problem, output.style, output.width)}\n`)
  if (valid && agent !== undefined) output.answer(verdict(report, agent, output))
  else output.note(`${output.style.error('invalid')} ${oneLine(report.file)}: ${counts(report)}\n`)
}

function verdict({ file, runs }: Report, agent: AgentFile, output: Output): string {
  const { answerStyle: style } = output
  const parts = [agent.name, `${agent.model.provider}:${agent.model.name}`, toolCount(agent)]
  const about = style.dim(parts.map((part) => oneLine(part)).join(', '))
  const limit = runs === false ? `  ${style.warning('but it does not run here')}` : ''
  return `${style.good('valid')} ${style.strong(oneLine(file))}  ${about}${limit}`
}

function toolCount({ tools, unsupported }: AgentFile): string {
  const commands = tools.filter(({ kind }) => kind === 'command').length
  const refused = unsupported.filter(({ what }) => what === 'tool').length
  const parts = [
    plural(commands, 'command'),
    plural(tools.length - commands, 'module'),
    `${plural(refused, 'tool')} not built in`,
  ].filter((part) => !part.startsWith('0'))
  return parts.length === 0 ? 'no tools' : parts.join(' and ')
}

function summary(reports: readonly Report[]): string {
  const valid = reports.filter((report) => report.valid).length
  const total = { errors: sum(reports, 'errors'), warnings: sum(reports, 'warnings') }
  const said = total.errors + total.warnings > 0 ? `: ${counts(total)}` : ''
  const running = reports.filter(({ runs }) => runs !== false).length
  const here = running < valid ? `, ${running} of them ${running === 1 ? 'runs' : 'run'} here` : ''
  return `${valid} of ${reports.length} files are valid${here}${said}`
}

function counts({ errors, warnings }: Pick<Report, 'errors' | 'warnings'>): string {
  return warnings === 0 ? plural(errors, 'error') : `${plural(errors, 'error')}, ${plural(warnings, 'warning')}`
}

function sum(reports: readonly Report[], field: 'errors' | 'warnings'): number {
  return reports.reduce((total, report) => total + report[field], 0)
}
