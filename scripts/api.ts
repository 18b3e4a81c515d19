/**
 * The API reports: what each subpath lets its users write, as files under `api/` that are reviewed like code.
 * `npm run api` writes them, `npm run api:check` fails where one is out of date.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type IConfigMessageReportingRule,
} from '@microsoft/api-extractor'
import { type EntryPoint, entryPoints, root } from './manifest.ts'

const folder = join(root, 'api')
const silent: IConfigMessageReportingRule = { logLevel: ExtractorLogLevel.None }
const noted: IConfigMessageReportingRule = { logLevel: ExtractorLogLevel.None, addToApiReportFile: true }
const failing: IConfigMessageReportingRule = { logLevel: ExtractorLogLevel.Error }

/** Writes the report of one subpath into `into`. Returns the report's name. */
function extract(entry: EntryPoint, into: string): string {
  const name = `${entry.specifier.replace('/', '.')}.api.md`
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(root, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: root,
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
      docModel: { enabled: false },
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
  if (!succeeded) throw new Error(`${entry.specifier} gives no API report:${said}`)
  return name
}

/** How the report that is kept differs from the one that the build gives; nothing where they are the same. */
function difference(kept: string, built: string): string | undefined {
  if (!existsSync(kept)) return `${kept} is not there yet.`
  if (readFileSync(kept, 'utf8') === readFileSync(built, 'utf8')) return undefined
  return spawnSync('git', ['diff', '--no-index', '--no-color', kept, built], { encoding: 'utf8' }).stdout
}

function reports(update: boolean): string[] {
  const built = mkdtempSync(join(tmpdir(), 'aof-api-'))
  try {
    const names = entryPoints.map((entry) => extract(entry, built))
    mkdirSync(folder, { recursive: true })
    const strays = readdirSync(folder).filter((name) => !names.includes(name))
    if (!update) {
      const stale = names.flatMap((name) => difference(join(folder, name), join(built, name)) ?? [])
      return [...stale, ...strays.map((name) => `api/${name} belongs to no subpath.`)]
    }
    for (const name of names) copyFileSync(join(built, name), join(folder, name))
    for (const name of strays) rmSync(join(folder, name))
    return []
  } finally {
    rmSync(built, { recursive: true })
  }
}

const problems = reports(process.argv.includes('--update'))
if (problems.length > 0) {
  console.error(problems.join('\n'))
  console.error('\nThe public API is not what api/ says. If that is meant, run `npm run api` and review the change.')
  process.exitCode = 1
}
