import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A directory with the given files, for as long as the test runs. Names that end in `*` are executable. */
export async function temporary(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const directory = await mkdtemp(join(await realpath(tmpdir()), 'aof-test-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name.replace(/\*$/, ''))
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
    if (name.endsWith('*')) await chmod(path, 0o755)
  }
  return directory
}
