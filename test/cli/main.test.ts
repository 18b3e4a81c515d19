import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../packages/aof-cli/src/commands.ts'
import { EXIT, EXIT_CODES } from '../../packages/aof-cli/src/exit-codes.ts'
import manifest from '../../packages/aof-cli/package.json' with { type: 'json' }
import { aof } from './aof.ts'

describe('aof', () => {
  it.each([['--help'], ['-h'], ['help']])(
    '%s shows every command and every exit code on standard output',
    async (arg) => {
      const { code, stdout, stderr } = await aof([arg])
      expect([code, stderr]).toEqual([EXIT.ok, ''])
      for (const { name, summary } of COMMANDS) {
        expect(stdout).toContain(name)
        expect(stdout).toContain(summary)
      }
      for (const [exitCode, meaning] of EXIT_CODES)
        expect(stdout).toMatch(new RegExp(`^ +${exitCode}  ${escaped(meaning)}$`, 'm'))
    },
  )

  it('without a command shows the same on standard error, as a wrong command line', async () => {
    const { code, stdout, stderr } = await aof([])
    expect([code, stdout]).toEqual([EXIT.usage, ''])
    expect(stderr).toContain('Usage:')
  })

  it.each([['--version'], ['-V']])('%s shows the version', async (arg) => {
    expect(await aof([arg])).toEqual({ code: EXIT.ok, stdout: `${manifest.version}\n`, stderr: '' })
  })

  it.each(COMMANDS.map(({ name }) => [name]))('%s --help and help %s show its options', async (name) => {
    const help = await aof([name, '--help'])
    expect(help).toMatchObject({ code: EXIT.ok, stderr: '' })
    expect(help.stdout).toContain(`aof ${name}`)
    for (const option of ['--json', '--log-level', '--no-color', '--help']) expect(help.stdout).toContain(option)
    expect((await aof(['help', name])).stdout).toBe(help.stdout)
  })

  it.each([
    [['valdate', 'x'], "unknown command 'valdate'", 'Did you mean validate?', 'aof --help'],
    [['help', 'nope'], "unknown command 'nope'", '', 'aof --help'],
    [['--frob'], "unknown option '--frob'", '', 'aof --help'],
    [['validate'], "missing required argument 'file'", '', 'aof validate --help'],
    [['validate', '--jsn', 'x'], "unknown option '--jsn'", 'Did you mean --json?', 'aof validate --help'],
    [['validate', '--log-level', 'loud', 'x'], 'Expected one of debug, info', '', 'aof validate --help'],
  ])('%j is a wrong command line', async (args, message, suggestion, help) => {
    const { code, stdout, stderr } = await aof(args)
    expect([code, stdout]).toEqual([EXIT.usage, ''])
    for (const words of [message, suggestion, help]) expect(stderr).toContain(words)
  })

  it.each([
    ['apply', 'aof run FILE'],
    ['get', 'aof validate FILE'],
    ['describe', 'aof validate FILE'],
    ['logs', '--record'],
  ])('the command %s of aofctl is refused, and its replacement is named', async (word, meant) => {
    const { code, stdout, stderr } = await aof([word, 'x'])
    expect([code, stdout]).toEqual([EXIT.usage, ''])
    expect(stderr).toContain(`the command ${word} is not part of aof`)
    expect(stderr).toContain(meant)
  })

  it('prints no control characters of a command line (I46)', async () => {
    const { stderr } = await aof(['\u001B[2Jx\u202Ey'])
    expect(stderr).toContain('unknown command')
    expect(stderr).not.toMatch(/[\u001B\u202E]/)
  })

  it('has different exit codes', () => {
    const codes = Object.values(EXIT)
    expect(new Set(codes).size).toBe(codes.length)
    expect(EXIT_CODES.map(([code]) => code)).toEqual(codes)
  })
})

function escaped(text: string): string {
  return text.replaceAll(/[()?.]/g, String.raw`\$&`)
}
