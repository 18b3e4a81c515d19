import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What the scripts and the tests of the house read of `package.json`. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly bin: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>
}

/** A subpath that code is imported from. */
export interface EntryPoint {
  /** What users write: `aof-runtime`, `aof-runtime/agent`. */
  readonly specifier: string
  /** `dist/agent/index.d.ts` */
  readonly types: string
  /** `dist/agent/index.js` */
  readonly code: string
  /** `src/agent/index.ts` */
  readonly source: string
}

/** The folder of `package.json`, with a slash at its end. */
export const root: string = fileURLToPath(new URL('..', import.meta.url))

/** `package.json` */
export const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest

/** Every subpath of the package that code is imported from. */
export const entryPoints: readonly EntryPoint[] = Object.entries(manifest.exports).flatMap(([subpath, target]) => {
  if (typeof target === 'string') return []
  return {
    specifier: subpath.replace('.', manifest.name),
    types: target.types.slice('./'.length),
    code: target.default.slice('./'.length),
    source: target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts'),
  }
})
