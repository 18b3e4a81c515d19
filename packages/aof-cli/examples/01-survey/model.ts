import type { LanguageModelV4CallOptions, LanguageModelV4ToolResultOutput } from '@ai-sdk/provider'
import type { TurnFunction } from 'aof-runtime/testing'

/** The approximate pace of a model, in milliseconds between the parts of its stream. */
const delayMs = 4

/** Packages that it asks the server for at once. */
const asked = ['yaml', 'commander', 'zod', 'typescript', 'vitest', 'oxlint']

const look: TurnFunction = () => ({
  text: 'I look at everything at once.',
  delayMs,
  calls: [
    { name: 'list_files', arguments: { path: '.' } },
    { name: 'read_file', arguments: { path: 'packages/aof-cli/package.json' } },
    { name: 'count_lines', arguments: { path: 'packages/aof-runtime/src', longest: 3 } },
    { name: 'count_lines', arguments: { path: 'test', longest: 0 } },
    { name: 'git_log', arguments: { count: 5 } },
    { name: 'git_authors' },
    { name: 'machine' },
    { name: 'disk' },
    { name: 'processes', arguments: { top: 3 } },
    ...[...asked, 'no-such-package'].map((name) => ({ name: 'package_info', arguments: { name } })),
  ],
})

/** The next calls depend on the results: the longest files, the newest commit, the packages' dependencies. */
const lookCloser: TurnFunction = (options) => {
  const found = resultsOf(options)
  const longest = (found.json<Lines>('count_lines')?.longest ?? []).map(({ path }) => ({
    name: 'read_file',
    arguments: { path },
  }))
  const newest = found.text('git_log')?.match(/^[0-9a-f]{4,40}/)?.[0]
  const manifest = JSON.parse(found.text('read_file') ?? '{}') as { dependencies?: Record<string, string> }
  const unknown = Object.keys(manifest.dependencies ?? {}).filter((name) => !asked.includes(name))
  return {
    text: 'Now the longest files, the newest commit, and the packages that I have not seen.',
    delayMs,
    calls: [
      ...longest,
      ...(newest === undefined ? [] : [{ name: 'git_show', arguments: { commit: newest } }]),
      ...unknown.map((name) => ({ name: 'package_info', arguments: { name } })),
    ],
  }
}

const report: TurnFunction = (options) => {
  const found = resultsOf(options)
  const [source, tests] = found.all<Lines>('count_lines')
  const machine = found.json<{ processors: number; memoryGb: number; node: string }>('machine')
  const disk = found.json<{ freeGb: number }>('disk')
  const processes = found.json<{ running: number; largest: { command: string; mb: number }[] }>('processes')
  const packages = found.all<{ name: string; version: string; license?: string }>('package_info')
  const [commit = 'unknown'] = found.text('git_log')?.split('\n') ?? []
  const largest = processes?.largest[0]
  return {
    text: [
      `Sources: ${source?.files} files with ${source?.lines} lines; tests: ${tests?.files} files with ${tests?.lines} lines.`,
      `The longest source file is ${source?.longest[0]?.path} with ${source?.longest[0]?.lines} lines.`,
      `The newest commit: ${commit}`,
      `Packages: ${packages.map(({ name, version, license }) => `${name} ${version} (${license ?? 'no licence'})`).join(', ')}.`,
      `The machine: ${machine?.processors} processors, ${machine?.memoryGb} GB memory, ${disk?.freeGb} GB of disk free, Node ${machine?.node};`,
      `${processes?.running} processes, the largest ${largest?.command} with ${largest?.mb} MB.`,
      `${found.failures} of my calls found nothing: there is no package "no-such-package", and the run went on without it.`,
    ].join('\n'),
    delayMs: 2,
  }
}

export default [look, lookCloser, report]

interface Lines {
  readonly files: number
  readonly lines: number
  readonly longest: readonly { readonly path: string; readonly lines: number }[]
}

/** The results in the history so far, by the name of their tool. */
function resultsOf({ prompt }: LanguageModelV4CallOptions) {
  const parts = prompt
    .flatMap((message) => (message.role === 'tool' ? message.content : []))
    .filter((part) => part.type === 'tool-result')
  const values = (name: string) => parts.filter((part) => part.toolName === name).map(({ output }) => output)
  const all = <T>(name: string): T[] =>
    values(name).flatMap((output) => (output.type === 'json' ? [output.value as T] : []))
  return {
    all,
    json: <T>(name: string): T | undefined => all<T>(name)[0],
    text: (name: string): string | undefined => values(name).flatMap(textOf)[0],
    failures: parts.filter(({ output }) => output.type === 'error-json').length,
  }
}

function textOf(output: LanguageModelV4ToolResultOutput): string[] {
  if (output.type === 'text') return [output.value]
  return output.type === 'content' ? output.value.flatMap((part) => (part.type === 'text' ? [part.text] : [])) : []
}
