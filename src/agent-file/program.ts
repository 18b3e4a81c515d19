import { argumentsOf, parseElement } from './command-template.ts'
import { isInside } from './inside.ts'
import type { Findings } from './problem.ts'
import { quoted } from './source.ts'
import { itemsOf, type Node, textOf, wordOf } from './tree.ts'

/** A program is a name to be looked up, or a file below the directory of the agent file; never a model's choice. */
export function checkProgram(node: Node | undefined, path: string, findings: Findings): void {
  if (node === undefined) return
  const program = textOf(node)
  if (program === undefined) {
    findings.error(node.span, path, {
      code: 'wrong_type',
      message: 'expected the name of a program as the first item',
      fix: 'write it first: [git, log]',
    })
  } else if (argumentsOf(parseElement(program)).length > 0) {
    findings.error(node.span, path, {
      code: 'unsafe',
      message: `expected the name of a program, found ${quoted(program)}: which one runs is not for a model to say`,
      fix: 'write one command for each program',
    })
  } else if (program === '' || /\s/.test(program)) {
    findings.error(node.span, path, {
      code: 'wrong_value',
      message: `expected the name of a program, found ${quoted(program)}`,
      fix: `write each argument as an item of its own, no shell takes part: [${program.trim().split(/\s+/).join(', ')}]`,
    })
  } else if (/[/\\]/.test(program) && !isInside(program)) {
    findings.error(node.span, path, {
      code: 'outside',
      message: `expected a program on the PATH, or one below the directory of this file, found ${quoted(program)}`,
      fix: `write its name alone (${baseName(program)}), or put it below that directory and write ./${baseName(program)}`,
    })
  }
}

function baseName(program: string): string {
  return program.split(/[/\\]/).at(-1) ?? program
}

const INTERPRETER =
  /^(?:(?:ba|da|z|k|mk|c|tc|fi)?sh|busybox|cmd|powershell|pwsh|node|deno|bun|python[\d.]*|perl|ruby|php|lua|osascript)(?:\.exe)?$/
const SCRIPT_OPTION = /^(?:-[A-Za-z]*[ceEpr]|--eval|--print|-Command|\/[ckCK]|eval)$/
const JOINED_SCRIPT = /^--(?:eval|print|command|expression)=/
const SCRIPT_FIRST = /^(?:[gmn]?awk|sed|jq)$/

interface Item {
  readonly node: Node
  readonly text: string
  readonly index: number
}

/**
 * Refuses a placeholder within a script: there the value would not be an argument but code, run by the shell or
 * interpreter that the author calls.
 */
export function checkScripts(command: Node, path: string, findings: Findings): void {
  const items = itemsOf(command).flatMap((item, index) =>
    (item.kind === 'list' ? item.items : [item]).map((node) => ({ node, text: wordOf(node) ?? '', index })),
  )
  for (const script of scriptsIn(items)) {
    const [argument] = argumentsOf(parseElement(script.text))
    if (argument === undefined) continue
    findings.error(script.node.span, `${path}[${script.index}]`, {
      code: 'unsafe',
      message: `the value of {${argument}} would become part of a script, and be run as code`,
      fix: `hand it to the script as an argument, e.g. [sh, -c, 'wc -l "$1"', sh, "{${argument}}"]`,
    })
  }
}

function scriptsIn(items: readonly Item[]): Item[] {
  const names = items.map(({ text }) => baseName(text))
  const interpreter = names.findIndex((name) => INTERPRETER.test(name))
  const filter = names.findIndex((name) => SCRIPT_FIRST.test(name))
  const first = filter === -1 ? undefined : items.slice(filter + 1).find(({ text }) => !text.startsWith('-'))
  const afterInterpreter = interpreter === -1 ? [] : items.slice(interpreter + 1)
  const scripts = afterInterpreter.filter(
    ({ text }, index) => JOINED_SCRIPT.test(text) || SCRIPT_OPTION.test(afterInterpreter[index - 1]?.text ?? ''),
  )
  return first === undefined ? scripts : [first, ...scripts]
}
