/**
 * The API reports under `api/`, which list everything that users of each subpath can write and are reviewed like code, and the
 * reference under `packages/aof-runtime/docs/reference/`, which is made of the doc comments.
 * `npm run api` writes both, `npm run api:check` fails if a file of either is out of date.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type IConfigMessageReportingRule,
} from '@microsoft/api-extractor'
import { type EntryPoint, root, runtime } from './manifest.ts'
import { loadSubpath } from './reference/model.ts'
import { referencePages } from './reference/pages.ts'

/** The folders that are written, and what they hold. */
const folders = { reports: join(root, 'api'), reference: join(root, runtime.folder, 'docs/reference') }
const silent: IConfigMessageReportingRule = { logLevel: ExtractorLogLevel.None }
const noted: IConfigMessageReportingRule = { logLevel: ExtractorLogLevel.None, addToApiReportFile: true }
const failing: IConfigMessageReportingRule = { logLevel: ExtractorLogLevel.Error }

/** Writes the report of one subpath into `into`, and the model of its names and comments beside it. Returns the report's name. */
function extract(entry: EntryPoint, into: string): string {
  const name = `${entry.specifier.replace('/', '.')}.api.md`
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(root, runtime.folder, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: join(root, runtime.folder),
      mainEntryPointFilePath: join(root, entry.types),
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2023',
            module: 'nodenext',
            moduleResolution: 'nodenext',
            lib: ['es2024', 'esnext', 'dom', 'dom.asynciterable'],
            types: ['node'],
            strict: true,
            skipLibCheck: true,
          },
          files: [join(root, entry.types)],
        },
      },
      apiReport: { enabled: true, reportFileName: name, reportFolder: into, reportTempFolder: into },
      docModel: {
        enabled: true,
        apiJsonFilePath: modelOf(name, into),
        // The root's executor has its methods from a class that is not exported.
        includeForgottenExports: entry.specifier === runtime.manifest.name,
      },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: failing },
        extractorMessageReporting: {
          default: failing,
          'ae-forgotten-export': noted,
          'ae-missing-release-tag': silent,
          'ae-undocumented': silent,
          'ae-unresolved-link': silent,
        },
        tsdocMessageReporting: { default: silent },
      },
    },
  })
  let said = ''
  const { succeeded } = Extractor.invoke(config, {
    localBuild: true,
    messageCallback(message) {
      message.handled = true
      if (message.logLevel === ExtractorLogLevel.Error) said += `\n  ${message.text}`
    },
  })
  if (!succeeded) throw new Error(`${entry.specifier} has no API report:${said}`)
  return name
}

/** How the file that is kept differs from the text that the build gives; undefined if it is the same. */
function difference(kept: string, text: string): string | undefined {
  if (!existsSync(kept)) return `${kept} does not exist yet.`
  if (readFileSync(kept, 'utf8') === text) return undefined
  const diff = spawnSync('git', ['diff', '--no-index', '--no-color', kept, '-'], { encoding: 'utf8', input: text })
  return diff.stdout
}

function modelOf(report: string, folder: string): string {
  return join(folder, report.replace(/\.md$/, '.json'))
}

/** Makes everything that is kept, as texts by file name. */
function build(): Record<keyof typeof folders, Map<string, string>> {
  const built = mkdtempSync(join(tmpdir(), 'aof-api-'))
  try {
    const entries = runtime.entryPoints.filter(({ isPublic }) => isPublic)
    const names = entries.map((entry) => extract(entry, built))
    const subpaths = entries.map(({ specifier }, i) => loadSubpath(specifier, modelOf(names[i] ?? '', built)))
    const reports = new Map(names.map((name) => [name, readFileSync(join(built, name), 'utf8')]))
    return { reports, reference: referencePages(subpaths) }
  } finally {
    rmSync(built, { recursive: true })
  }
}

/** Brings a folder up to date, or says how its files differ from those that the build gives. */
function keep(folder: string, files: ReadonlyMap<string, string>, update: boolean): string[] {
  mkdirSync(folder, { recursive: true })
  const strays = readdirSync(folder).filter((name) => !files.has(name))
  if (!update) {
    const stale = Array.from(files, ([name, text]) => difference(join(folder, name), text))
    return [
      ...stale.filter((each) => each !== undefined),
      ...strays.map((name) => `${join(folder, name)} is not written by this script.`),
    ]
  }
  for (const [name, text] of files) writeFileSync(join(folder, name), text)
  for (const name of strays) rmSync(join(folder, name))
  return []
}

const update = process.argv.includes('--update')
const built = build()
const problems = [...keep(folders.reports, built.reports, update), ...keep(folders.reference, built.reference, update)]
if (problems.length > 0) {
  console.error(problems.join('\n'))
  console.error('\napi/ or docs/reference/ is out of date. If the change is intended, run `npm run api` and review it.')
  process.exitCode = 1
}
