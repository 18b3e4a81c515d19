import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sentName } from '../../packages/aof-runtime/src/core/contract/sent-name.ts'
import { defineTool, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import { callOf, dataOf, failureOf } from './harness.ts'

const TAKEN_BY_ALL = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/

describe('the name under which a tool is sent', () => {
  test.each([
    ['search', 'search'],
    ['__proto__', '__proto___'],
    ['constructor', 'constructor_'],
    ['admin.tools.list', 'admin_tools_list'],
    ['user/profile', 'user_profile'],
    ['search ', 'search_'],
    ['search<|channel|>json', 'search__channel__json'],
    ['7zip', '_7zip'],
    ['-x', '_-x'],
    ['', 'unnamed'],
    ['x'.repeat(64), 'x'.repeat(64)],
  ])('the sent name of %j is %j', (name, sent) => expect(sentName(name)).toBe(sent))

  test('bad inputs 8 to 13: of a long name, or one in another script, ends in a hash of the whole', () => {
    expect(sentName('x'.repeat(129))).toMatch(/^x{54}_[A-Za-z0-9]{9}$/)
    expect(sentName('x'.repeat(65_536))).not.toBe(sentName('x'.repeat(129)))
    expect(sentName('reаd\u200b\0')).toMatch(/^re_d___[A-Za-z0-9]{9}$/)
    expect(sentName('查询天气')).not.toBe(sentName('发送邮件'))
    expect(sentName(undefined as unknown as string)).toBe('undefined')
  })

  test('a sent name is accepted by every provider, and is its own sent name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
        const sent = sentName(name)
        expect(sent).toMatch(TAKEN_BY_ALL)
        expect(sentName(sent)).toBe(sent)
      }),
    )
  })
})

describe('an executor knows a tool by its sent name', () => {
  const named = (name: string) => defineTool({ name, execute: () => name })

  test('a call by the sent name has a result with the name of the tool', async () => {
    const executor = new ToolExecutor({ tools: [named('admin.tools.list')] })
    const [byOwn, bySent] = await executor.executeTools([callOf('admin.tools.list'), callOf('admin_tools_list')])
    for (const result of [byOwn, bySent]) expect(result).toMatchObject({ name: 'admin.tools.list', success: true })
    const batch = executor.openBatch()
    const slot = batch.reserve({ id: 'a', name: 'admin_tools_list' })
    slot.complete('{}')
    expect(await slot.result()).toMatchObject({ name: 'admin.tools.list', success: true })
    batch.close()
  })

  test('a sent name does not stand for a tool if another tool has that name, or two have that sent name', async () => {
    const own = new ToolExecutor({ tools: [named('a.b'), named('a_b')] })
    expect((await own.executeTools([callOf('a_b'), callOf('a.b')])).map(dataOf)).toEqual(['a_b', 'a.b'])
    const shared = new ToolExecutor({ tools: [named('a.b'), named('a/b')] })
    expect(failureOf((await shared.executeTools([callOf('a_b')]))[0]).error.code).toBe('unknown_tool')
  })
})
