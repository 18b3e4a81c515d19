import { realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { systemMessage } from './errors.ts'

/** The real path of something below a directory, or why there is none. */
export type Inside = { readonly ok: true; readonly path: string } | { readonly ok: false; readonly reason: string }

/**
 * Finds `path` from `directory`, follows every link, and makes sure that where it ends is still below the directory
 * (I42). What is opened afterwards must be the path that this gives, not the one that was asked for.
 */
export async function resolveInside(directory: string, path: string): Promise<Inside> {
  try {
    const root = await realpath(directory)
    const target = await realpath(join(root, path))
    const way = relative(root, target)
    if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) {
      return { ok: false, reason: 'it leads out of the directory of the agent file' }
    }
    return { ok: true, path: target }
  } catch (error) {
    return { ok: false, reason: systemMessage(error) }
  }
}
