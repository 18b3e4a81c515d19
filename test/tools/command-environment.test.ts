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

test('I45, I35, bad inputs 115, 121: what programs need, and none of the rest', () => {
  const { PATH, HOME, LANG, LC_ALL, TZ } = ours
  expect(commandEnvironment(ours)).toEqual({ PATH, HOME, LANG, LC_ALL, TZ })
})

test('variables that are named are passed on, those that are not set are left out', () => {
  expect(commandEnvironment(ours, ['DEPLOY_TOKEN', 'UNSET', 'NO_SUCH', 'constructor'])).toMatchObject({
    DEPLOY_TOKEN: 't-canary',
  })
  expect(Object.keys(commandEnvironment(ours, ['DEPLOY_TOKEN', 'UNSET', 'NO_SUCH', 'constructor']))).toHaveLength(6)
})

test('what is given wins over what is passed on', () => {
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
])('bad input 121: of the PATH %j only directories from the root are left', (path, left) => {
  expect(commandEnvironment({ PATH: path })).toEqual({ PATH: left })
  expect(commandEnvironment({}, [], [['PATH', path]])).toEqual({ PATH: left })
})
