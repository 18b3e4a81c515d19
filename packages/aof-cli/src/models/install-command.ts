import { realpathSync } from 'node:fs'
import { basename, dirname, relative, resolve, sep } from 'node:path'

/** The root of this package: the folder of its `package.json`. */
const ROOT = resolve(import.meta.dirname, '../..')

/**
 * The command that installs a package so that `aof` finds it: globally if `aof` is installed globally, otherwise in the
 * project of the current directory.
 *
 * @param root the folder in which `aof` is installed
 */
export function installCommand(name: string, major: number, root: string = ROOT, cwd: string = process.cwd()): string {
  return `npm install ${isGlobal(real(root), real(cwd)) ? '--global ' : ''}${name}@${major}`
}

/** Global packages are in `lib/node_modules` (`npm/node_modules` on Windows), and the current directory is not next to it. */
function isGlobal(root: string, cwd: string): boolean {
  const modules = dirname(root)
  if (basename(modules) !== 'node_modules') return false
  const prefix = dirname(modules)
  return ['lib', 'npm', 'nodejs'].includes(basename(prefix)) && !isWithin(cwd, prefix)
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || resolve(way) === way)
}

function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
