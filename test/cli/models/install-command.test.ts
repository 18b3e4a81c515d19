import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { installCommand } from '../../../packages/aof-cli/src/models/install-command.ts'
import { temporary } from '../temporary.ts'

const INSTALLED = {
  'usr/lib/node_modules/aof-runtime/package.json': '{}',
  'home/project/package.json': '{}',
  'home/project/node_modules/aof-runtime/package.json': '{}',
  'home/project/deeper/file': '',
  'home/.npm/_npx/0123abcd/node_modules/aof-runtime/package.json': '{}',
  'home/clone/package.json': '{}',
  'home/lib/node_modules/aof-runtime/package.json': '{}',
  'home/lib/src/file': '',
}

test.each([
  ['where aof is installed globally, globally', 'usr/lib/node_modules/aof-runtime', 'home/project/deeper', '--global '],
  ['in the project that has it', 'home/project/node_modules/aof-runtime', 'home/project/deeper', ''],
  ['in the project, where npx brought it', 'home/.npm/_npx/0123abcd/node_modules/aof-runtime', 'home/project', ''],
  ['in a project that is called lib', 'home/lib/node_modules/aof-runtime', 'home/lib/src', ''],
  ['in a clone of its repository', 'home/clone', 'home/clone', ''],
])('%s', async (_where, root, cwd, global) => {
  const directory = await temporary(INSTALLED)
  expect(installCommand('@ai-sdk/openai', 4, join(directory, root), join(directory, cwd))).toBe(
    `npm install ${global}@ai-sdk/openai@4`,
  )
})

test('a link to the package is followed', async () => {
  const directory = await temporary(INSTALLED)
  await symlink(join(directory, 'usr/lib/node_modules/aof-runtime'), join(directory, 'home/link'))
  expect(installCommand('a', 1, join(directory, 'home/link'), directory)).toBe('npm install --global a@1')
})
