import { parseAllDocuments } from 'yaml'
import type { CodeBlock } from './code-blocks.ts'
import type { DocumentWorkspace, Ended } from './document-workspace.ts'
import { outputDifference } from './expected-output.ts'
import { commandLines, judgeLine } from './shell-commands.ts'

/** Checks and runs one block. Returns what is wrong, in words; nothing where all is well. */
export async function checkBlock(workspace: DocumentWorkspace, block: CodeBlock): Promise<string[]> {
  switch (block.language) {
    case 'ts':
    case 'typescript': {
      const errors = workspace.typeErrors(block)
      return errors.length > 0 || isSketch(block) ? errors : runProgram(workspace, block)
    }
    case 'js':
    case 'javascript':
      return runProgram(workspace, block)
    case 'sh':
    case 'bash':
    case 'shell':
    case 'console':
      return checkShell(workspace, block)
    case 'yaml':
    case 'yml':
      return checkYaml(workspace, block)
    case 'json':
      return checkJson(block)
    case 'mermaid':
    case 'diff':
    case '':
      return []
    default:
      return [`the documents' tests do not know what to do with a block of "${block.language}"`]
  }
}

/** Whether a block can only be type-checked, since it declares what it does not have. */
export function isSketch(block: CodeBlock): boolean {
  return /^\s*declare /m.test(block.code)
}

async function runProgram(workspace: DocumentWorkspace, block: CodeBlock): Promise<string[]> {
  return judge(block, await workspace.runFile(block))
}

async function checkShell(workspace: DocumentWorkspace, block: CodeBlock): Promise<string[]> {
  const lines = commandLines(block.code)
  const problems = lines.flatMap((line) => judgeLine(line).problem ?? [])
  if (problems.length > 0) return problems
  const runnable = lines.filter((line) => judgeLine(line).runs)
  let ended: Ended = { status: 0, stdout: '', stderr: '' }
  for (const line of runnable) {
    const next = await workspace.run(block.document, withoutKeys(line))
    ended = { status: next.status, stdout: ended.stdout + next.stdout, stderr: ended.stderr + next.stderr }
    if (next.status !== 0) break
  }
  return runnable.length === 0 ? [] : judge(block, ended)
}

/** A document may show where a key goes; no test goes to a provider. */
function withoutKeys(line: string): string {
  return line.replace(/\b\w*(?:KEY|TOKEN)=\S+\s*/g, '')
}

function judge(block: CodeBlock, { status, stdout, stderr }: Ended): string[] {
  // It came as far as it can without a key.
  if (status !== 0 && /API[ _]?KEY/i.test(stderr)) return []
  if (status !== 0) return [`it ended with ${status ?? 'a hang'}:\n${stdout}${stderr}`]
  if (block.output === undefined) return []
  const printed = [stdout, stderr, stdout + stderr]
  const differences = printed.map((text) => outputDifference(block.output ?? '', text))
  return differences.includes(undefined) ? [] : [differences[stdout === '' ? 1 : 0] ?? '']
}

async function checkYaml(workspace: DocumentWorkspace, block: CodeBlock): Promise<string[]> {
  const documents = parseAllDocuments(block.code)
  const errors = Array.isArray(documents) ? documents.flatMap(({ errors }) => errors.map(({ message }) => message)) : []
  if (errors.length > 0 || !/^kind: *Agent\b/m.test(block.code)) return errors
  return judge(block, await workspace.run(block.document, `aof validate '${workspace.fileOf(block)}'`))
}

function checkJson(block: CodeBlock): string[] {
  try {
    JSON.parse(block.code)
    return []
  } catch (error) {
    return [String(error)]
  }
}
