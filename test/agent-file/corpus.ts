import { readdirSync, readFileSync } from 'node:fs'

/** A file of the corpus. */
export interface Sample {
  readonly name: string
  readonly text: string
  /** What is to be found in it: `line:column severity code: fix`, the lines counted below the comments at its top. */
  readonly expected: readonly string[]
  /** Whether the JSON Schema finds it bad as well (`refuses`), cannot see what is bad (`accepts`), or it is no YAML. */
  readonly schema: 'refuses' | 'accepts' | 'unreadable'
}

/** The agent files in `corpus/good` or `corpus/bad`; they are no `.yaml`, so that nobody formats them. */
export function corpus(kind: 'good' | 'bad'): Sample[] {
  const directory = new URL(`corpus/${kind}/`, import.meta.url)
  return readdirSync(directory).map((file) => {
    const whole = readFileSync(new URL(file, directory), 'utf8')
    const schema = /^# schema: (accepts|unreadable)$/m.exec(whole)?.[1] as 'accepts' | 'unreadable' | undefined
    return {
      name: file.replace(/\.agent$/, ''),
      text: whole.replace(/^(?:# (?:expect|schema): .*\n)+/, ''),
      expected: Array.from(whole.matchAll(/^# expect: (.*)$/gm), ([, words = '']) => words),
      schema: schema ?? (kind === 'good' ? 'accepts' : 'refuses'),
    }
  })
}
