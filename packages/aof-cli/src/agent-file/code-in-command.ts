import type { ProgramRule } from './program-rule.ts'
import { ruleOf } from './programs.ts'

/** A word of a command, with the tool arguments in it whose values may be any text. */
export interface Word {
  readonly text: string
  readonly free: readonly string[]
}

/** A word in which the value of an argument would be code, or would choose the program that runs. */
export interface CodeFound<W extends Word> {
  readonly word: W
  readonly kind: 'code' | 'program'
}

/** Finds the words of a command in which a value would become code, as far as its programs are known. */
export function codeIn<W extends Word>(words: readonly W[]): CodeFound<W>[] {
  const [program, ...rest] = words
  if (program === undefined) return []
  const rule = ruleOf(program.text)
  return rule === undefined ? shellsIn(rest) : new Walk<W>(rule).through(rest)
}

/** The arguments of an unknown program may name another program. */
function shellsIn<W extends Word>(words: readonly W[]): CodeFound<W>[] {
  const at = words.findIndex(({ text, free }) => free.length === 0 && ruleOf(text)?.operands?.kind === 'file')
  const name = words[at]
  if (name === undefined) return []
  const found = new Walk<W>(ruleOf(name.text) ?? {}).through(words.slice(at + 1))
  return found.filter(({ kind }) => kind === 'code')
}

/** Starts a program; `NAME=value` words may precede it. */
function commandIn<W extends Word>(words: readonly W[]): CodeFound<W>[] {
  const start = words.findIndex(({ text }) => !/^[A-Za-z_][A-Za-z0-9_]*=/.test(text))
  const [program] = words.slice(start)
  if (start === -1 || program === undefined) return []
  if (program.free.length > 0) return [{ word: program, kind: 'program' }]
  return codeIn(words.slice(start))
}

/** An option. */
type Role = 'code' | 'rest' | 'programs' | 'setting' | 'value' | 'pair' | 'plain' | 'flag'

/** The role of the options in each field of a rule; the last one counts for an option in several fields. */
const ROLES = [
  ['values', 'value'],
  ['pairs', 'pair'],
  ['plain', 'plain'],
  ['settings', 'setting'],
  ['programs', 'programs'],
  ['rest', 'rest'],
  ['code', 'code'],
] as const satisfies readonly (readonly [keyof ProgramRule, Role])[]

function wordsOf(options = ''): string[] {
  return options.split(' ').filter(Boolean)
}

interface Option {
  readonly role: Role
  /** True if the value is part of the same word. */
  readonly isJoined: boolean
  /** The word that contains the value. */
  readonly value: string
}

/** Reads the arguments of one program once, from left to right. */
class Walk<W extends Word> {
  readonly #rule: ProgramRule
  readonly #roles: ReadonlyMap<string, Role>
  readonly #found: CodeFound<W>[] = []
  #operands = 0
  /** True if an option has given the program its code. */
  #hasCode = false
  #settingName: W | undefined

  constructor(rule: ProgramRule) {
    this.#rule = rule
    this.#roles = new Map(ROLES.flatMap(([field, role]) => wordsOf(rule[field]).map((name) => [name, role])))
  }

  through(words: readonly W[]): CodeFound<W>[] {
    let onlyOperands = false
    for (let i = 0; i < words.length; i++) {
      const word = words[i]
      if (word === undefined) break
      const after = words.slice(i + 1)
      if (word.text === '--' && !onlyOperands) {
        const { operands } = this.#rule
        if (operands?.kind === 'command' && operands.dashes === true) return this.#end(commandIn(after))
        onlyOperands = true
        continue
      }
      const option = onlyOperands ? undefined : this.#optionIn(word)
      if (option !== undefined) {
        const taken = this.#option(option, word, after)
        if (taken === undefined) return this.#found
        i += taken
      } else if (this.#operand(word, words.slice(i))) return this.#found
    }
    return this.#found
  }

  #end(found: readonly CodeFound<W>[]): CodeFound<W>[] {
    this.#found.push(...found)
    return this.#found
  }

  #report(word: W | undefined, kind: CodeFound<W>['kind']): void {
    if (word !== undefined && word.free.length > 0) this.#found.push({ word, kind })
  }

  /** The first known option that a word sets; undefined for an operand. */
  #optionIn({ text, free }: W): Option | undefined {
    const plus = text.startsWith('+') ? this.#roles.get('+') : undefined
    if (plus !== undefined) return { role: plus, isJoined: true, value: text.slice(1) }
    const exact = this.#roles.get(text)
    if (exact !== undefined) return { role: exact, isJoined: false, value: '' }
    if (!text.startsWith('-') || text === '-') return undefined
    const [name = '', ...value] = text.split('=')
    const role = (value.length > 0 ? this.#roles.get(name) : undefined) ?? this.#shortened(name)
    if (role !== undefined) return { role, isJoined: value.length > 0, value: value.join('=') }
    if (/^--?\{/.test(text) && free.length > 0 && this.#roles.size > 0)
      return { role: 'code', isJoined: true, value: text }
    return text.startsWith('--') ? { role: 'flag', isJoined: true, value: '' } : this.#lettersIn(text, free)
  }

  /** Many programs accept the beginning of a long option: `--use-comp` of tar, `--upload-p` of git. */
  #shortened(name: string): Role | undefined {
    const { code, whole } = this.#rule
    if (!/^--[A-Za-z][A-Za-z-]+$/.test(name) || wordsOf(whole).includes(name)) return undefined
    return wordsOf(code).some((option) => option.startsWith(name) && option !== name) ? 'code' : undefined
  }

  /** `-xzf` means `-x -z -f`. If a letter takes a value, the rest of the word is that value. */
  #lettersIn(text: string, free: readonly string[]): Option {
    const hasCodeLetters = [...this.#roles].some(([name, role]) => role === 'code' && name.length === 2)
    for (let k = 1; k < text.length; k++) {
      const letter = text.charAt(k)
      if (letter === '{' && free.length > 0 && hasCodeLetters) return { role: 'code', isJoined: true, value: text }
      const role = this.#roles.get(`-${letter}`)
      if (role === 'plain') return { role, isJoined: true, value: '' }
      if (role !== undefined) return { role, isJoined: k + 1 < text.length, value: text.slice(k + 1) }
      if (!/[A-Za-z0-9]/.test(letter)) break
    }
    return { role: 'flag', isJoined: true, value: '' }
  }

  /** @returns how many of the following words belong to it; undefined if all do */
  #option({ role, isJoined, value }: Option, word: W, after: readonly W[]): number | undefined {
    const [next] = after
    switch (role) {
      case 'code':
        this.#hasCode = true
        this.#report(isJoined ? word : next, 'code')
        return isJoined ? 0 : 1
      case 'setting':
        if (this.#isCode(isJoined ? value : (next?.text ?? ''))) this.#report(isJoined ? word : next, 'code')
        return isJoined ? 0 : 1
      case 'rest':
        for (const each of [word, ...after]) this.#report(each, 'code')
        return undefined
      case 'programs': {
        const end = after.findIndex(({ text }) => /^(?:\\?;|\+)$/.test(text))
        const inner = end === -1 ? after : after.slice(0, end)
        this.#found.push(...commandIn(inner))
        return inner.length
      }
      case 'value':
        return isJoined ? 0 : 1
      case 'pair':
        return 2
      case 'plain':
        this.#hasCode = true
        return 0
      case 'flag':
        return 0
    }
  }

  /** True if a setting `name=value` makes its value code: its name is known for that, or is itself a value. */
  #isCode(text: string): boolean {
    const name = text.split(/[=\s]/, 1)[0] ?? ''
    return name.includes('{') || this.#rule.runs?.test(name) === true
  }

  /** For an unknown subcommand: the rules of all subcommands apply, and its arguments may name a program. */
  #unknown(word: W, rest: readonly W[]): void {
    if (rest.some(({ free }) => free.length > 0)) this.#report(word, 'program')
    const { anywhere = '' } = this.#rule
    const found = new Set(
      [...new Walk<W>({ code: anywhere }).through(rest), ...shellsIn(rest)].map((each) => each.word),
    )
    for (const each of found) this.#report(each, 'code')
  }

  /**
   * @param words from this operand on
   * @returns true if the following words need no check
   */
  #operand(word: W, words: readonly W[]): boolean {
    const place = this.#operands++
    const { operands, subcommands } = this.#rule
    if (place === 0 && subcommands !== undefined) {
      const sub = Object.hasOwn(subcommands, word.text) ? subcommands[word.text] : undefined
      const rest = words.slice(1)
      if (sub !== undefined) this.#found.push(...new Walk<W>(sub).through(rest))
      else if (operands === undefined) this.#unknown(word, rest)
      else if (rest.some(({ free }) => free.length > 0)) this.#report(word, 'program')
      if (sub !== undefined || operands === undefined) return true
    }
    switch (operands?.kind) {
      case undefined:
        return false
      case 'script':
        if (place === 0 && !this.#hasCode) this.#report(word, 'code')
        return false
      case 'file':
        if (!this.#hasCode) this.#report(word, 'program')
        return true
      case 'code':
        if (place < operands.after) return false
        for (const each of operands.mixed === true ? [word] : words) this.#report(each, 'code')
        return operands.mixed !== true
      case 'setting':
        if (place === 0) this.#settingName = word
        else if (place === 1 && this.#isCode(this.#settingName?.text ?? '')) {
          this.#report(this.#settingName, 'code')
          this.#report(word, 'code')
        }
        return false
      case 'image':
        this.#report(word, 'program')
        // With an entrypoint, the words are its arguments.
        if (!this.#hasCode) this.#found.push(...commandIn(words.slice(1)))
        return true
      case 'command': {
        if (place < operands.after) return false
        if (operands.dashes === true && words.some(({ text }) => text === '--')) return false
        this.#found.push(...commandIn(words))
        return true
      }
    }
  }
}
