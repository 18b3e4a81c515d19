import { fileURLToPath } from 'node:url'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Given to Node, they let the library's name mean its sources. */
export const FROM_SOURCE: readonly string[] = ['--import', new URL('../house/use-source.ts', import.meta.url).href]

/** The arguments with which Node runs the command `aof` from its sources. */
export const AOF: readonly string[] = [...FROM_SOURCE, at('../../packages/aof-cli/src/main.ts')]

/** The same for a shell: Node, and its arguments. */
export const AOF_IN_SHELL: string = [process.execPath, ...AOF].map((word) => `'${word}'`).join(' ')
