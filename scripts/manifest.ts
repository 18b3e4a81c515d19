import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The parts of a `package.json` that the scripts and the tests of the house read. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly bin?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional: boolean }>>
}

/** A subpath of a package that code is imported from. Paths are relative to the root of the repository. */
export interface EntryPoint {
  /** As users write it: `aof-runtime`, `aof-runtime/agent`. */
  readonly specifier: string
  /** `packages/aof-runtime/dist/agent/index.d.ts` */
  readonly types: string
  /** `packages/aof-runtime/dist/agent/index.js` */
  readonly code: string
  /** `packages/aof-runtime/src/agent/index.ts` */
  readonly source: string
  /** Whether applications may use it; the others are for the command of the same version. */
  readonly isPublic: boolean
}

/** A package that is published. */
export interface Package {
  /** Relative to the root of the repository: `packages/aof-runtime`. */
  readonly folder: string
  readonly manifest: Manifest
  readonly entryPoints: readonly EntryPoint[]
}

/** The root of the repository, with a slash at its end. */
export const root: string = fileURLToPath(new URL('..', import.meta.url))

/** The workspace's own `package.json`, which is not published. */
export const workspace: Manifest = readManifest('.')

/** The library. */
export const runtime: Package = packageIn('packages/aof-runtime')

/** The command `aof`. */
export const command: Package = packageIn('packages/aof-cli')

/** In the order in which they are built: the command imports the library. */
export const packages: readonly Package[] = [runtime, command]

/** Every subpath of every package that code is imported from. */
export const entryPoints: readonly EntryPoint[] = packages.flatMap((each) => each.entryPoints)

function packageIn(folder: string): Package {
  const manifest = readManifest(folder)
  return { folder, manifest, entryPoints: entryPointsOf(folder, manifest) }
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8')) as Manifest
}

function entryPointsOf(folder: string, { name, exports = {} }: Manifest): EntryPoint[] {
  return Object.entries(exports).flatMap(([subpath, target]) => {
    if (typeof target === 'string') return []
    return {
      specifier: subpath.replace('.', name),
      types: target.types.replace('.', folder),
      code: target.default.replace('.', folder),
      source: target.default.replace('./dist/', `${folder}/src/`).replace(/\.js$/, '.ts'),
      isPublic: !subpath.startsWith('./internal'),
    }
  })
}
