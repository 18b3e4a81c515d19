import { codeIn, type Word } from './code-in-command.ts'
import { argumentsOf, parseElement } from './command-template.ts'
import type { InputSchema } from './input-schema.ts'
import { isInside } from './inside.ts'
import type { Findings } from './problem.ts'
import { quoted, type Span } from './source.ts'
import { itemsOf, type Node, textOf, wordOf } from './tree.ts'

/** Checks that the program is a name on the PATH, or a file below the directory of the agent file, and never a model's choice. */
export function checkProgram(node: Node | undefined, findings: Findings): void {
  if (node === undefined) return
  const program = textOf(node)
  if (program === undefined) {
    findings.error(node.span, {
      code: 'wrong_type',
      message: 'expected the name of a program as the first item',
      fix: 'write it first: [git, log]',
    })
  } else if (argumentsOf(parseElement(program)).length > 0) {
    findings.error(node.span, {
      code: 'unsafe',
      message: `expected the name of a program, found ${quoted(program)}: which one runs is not for a model to say`,
      fix: 'write one command for each program',
    })
  } else if (program === '' || /\s/.test(program)) {
    findings.error(node.span, {
      code: 'wrong_value',
      message: `expected the name of a program, found ${quoted(program)}`,
      fix: `write each argument as an item of its own, no shell takes part: [${program.trim().split(/\s+/).join(', ')}]`,
    })
  } else if (/[/\\]/.test(program) && !isInside(program)) {
    findings.error(node.span, {
      code: 'outside',
      message: `expected a program on the PATH, or one below the directory of this file, found ${quoted(program)}`,
      fix: `write its name alone (${baseName(program)}), or put it below that directory and write ./${baseName(program)}`,
    })
  }
}

function baseName(program: string): string {
  return program.split(/[/\\]/).at(-1) ?? program
}

/** A word of a command with its place in the file. */
interface PlacedWord extends Word {
  readonly span: Span
}

/**
 * Refuses a placeholder if its value would be code for the shell, the interpreter or another program in the command, or
 * would choose the program. Values that the schema lists, and numbers, do not count as code.
 */
export function checkScripts(command: Node, schema: InputSchema, findings: Findings): void {
  const isFree = (name: string): boolean => schema.kinds.get(name)?.isHarmless !== true
  const words = itemsOf(command).flatMap((item) =>
    (item.kind === 'list' ? item.items : [item]).map((node): PlacedWord => {
      const text = wordOf(node) ?? ''
      return {
        span: { ...node.span, path: item.span.path },
        text,
        free: argumentsOf(parseElement(text)).filter(isFree),
      }
    }),
  )
  for (const { word, kind } of codeIn(words)) {
    const [argument = ''] = word.free
    findings.error(word.span, {
      code: 'unsafe',
      message:
        kind === 'code'
          ? `the value of {${argument}} would become part of a script, and be run as code`
          : `the value of {${argument}} would choose what runs, which is not for a model to say`,
      fix:
        kind === 'code'
          ? `hand it to the script as an argument, e.g. [sh, -c, 'wc -l "$1"', sh, "{${argument}}"]`
          : `write here what runs, or list in input_schema what may run: {enum: [first, second]}`,
    })
  }
}
