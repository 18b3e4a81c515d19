import { realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { systemMessage } from './errors.ts'

/** The real path of a file below a directory, or the reason why it has none. */
export type Inside = { readonly ok: true; readonly path: string } | { readonly ok: false; readonly reason: string }

/**
 * Resolves `path` from `directory`, follows every link, and checks that the end is still below the directory (I42). The
 * caller must open the returned path, not the given one.
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
