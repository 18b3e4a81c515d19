import { expect, test } from 'vitest'
import { commandEnvironment } from '../../packages/aof-cli/src/tools/command-environment.ts'

const ours = {
  PATH: '/usr/bin:/bin',
  HOME: '/home/me',
  LANG: 'de_DE.UTF-8',
  LC_ALL: 'C',
  TZ: 'UTC',
  OPENAI_API_KEY: 'sk-canary',
  LD_PRELOAD: '/tmp/evil.so',
  NODE_OPTIONS: '--require /tmp/evil.js',
  GIT_SSH_COMMAND: 'evil',
  LC_: 'odd',
  __proto__x: 'odd',
  DEPLOY_TOKEN: 't-canary',
  UNSET: undefined,
}

test('I45, I35, bad inputs 115, 121: a program gets the variables that it needs, and no others', () => {
  const { PATH, HOME, LANG, LC_ALL, TZ } = ours
  expect(commandEnvironment(ours)).toEqual({ PATH, HOME, LANG, LC_ALL, TZ })
})

test('named variables are passed on, and missing ones are left out', () => {
  expect(commandEnvironment(ours, ['DEPLOY_TOKEN', 'UNSET', 'NO_SUCH', 'constructor'])).toMatchObject({
    DEPLOY_TOKEN: 't-canary',
  })
  expect(Object.keys(commandEnvironment(ours, ['DEPLOY_TOKEN', 'UNSET', 'NO_SUCH', 'constructor']))).toHaveLength(6)
})

test('given variables take precedence over passed-on ones', () => {
  const given = new Map([
    ['DEPLOY_TOKEN', 'given'],
    ['HOME', '/else'],
  ])
  expect(commandEnvironment(ours, ['DEPLOY_TOKEN'], given)).toMatchObject({ DEPLOY_TOKEN: 'given', HOME: '/else' })
})

test.each([
  ['.', ''],
  ['', ''],
  ['/usr/bin::/bin:', '/usr/bin:/bin'],
  ['.:/usr/bin:bin:./x:../y', '/usr/bin'],
  ['C:\\Windows;.;D:\\x', 'C:\\Windows;D:\\x'],
])('bad input 121: of the PATH %j only absolute directories are kept', (path, left) => {
  expect(commandEnvironment({ PATH: path })).toEqual({ PATH: left })
  expect(commandEnvironment({}, [], [['PATH', path]])).toEqual({ PATH: left })
})
