import { realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { AgentFile, ModelName } from '../agent-file/agent-file.ts'
import { providerNamed } from '../agent-file/provider-names.ts'
import { scriptedModel, type TurnFunction, type TurnScript } from 'aof-runtime/testing'
import { CliError, systemMessage } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { resolveInside } from '../inside-directory.ts'
import { loadModel } from '../models/load-model.ts'
import { recordedTurnsModel } from '../run-recording/recorded-turns.ts'
import { readRecording } from '../run-recording/read-recording.ts'
import { describeLoadError } from '../agent-tools/module-error.ts'

/** The model of a run. */
export interface ChosenModel {
  readonly model: LanguageModelV4
  /** `provider:name` as requested. */
  readonly name: string
  /** Notes for people, e.g. that the model is scripted. */
  readonly notice?: readonly string[]
}

/** The source of a model's name, which determines the directory of its file. */
type Origin = { readonly kind: 'file'; readonly directory: string } | { readonly kind: 'command line' }

/**
 * The model of the command line, otherwise of the agent file.
 *
 * @param given `provider:name` or `provider/name`; the other provider names of agent files are accepted, too
 * @throws CliError if it is not available
 */
export async function chooseModel(
  given: string | undefined,
  agent: AgentFile,
  directory: string,
): Promise<ChosenModel> {
  if (given === undefined) return modelNamed(agent.model, { kind: 'file', directory })
  const sign = given.search(/[:/]/)
  const asked = { provider: providerNamed(given.slice(0, sign)), name: given.slice(sign + 1) }
  return modelNamed(asked, { kind: 'command line' })
}

async function modelNamed(asked: Pick<ModelName, 'provider' | 'name'>, origin: Origin): Promise<ChosenModel> {
  const name = `${asked.provider}:${asked.name}`
  switch (asked.provider) {
    case 'scripted':
      return { model: await loadScript(asked.name, origin), name, notice: scriptedNotice(asked.name) }
    case 'recorded': {
      const recording = await readRecording(await pathOf(asked.name, origin))
      const { provider, id } = recording.header.model
      const notice = `the model is a recording: it plays the turns of ${provider} ${id} in ${asked.name}; the tools really run`
      return { model: recordedTurnsModel(recording), name, notice: [notice] }
    }
    default:
      return { model: await loadModel(asked), name }
  }
}

function scriptedNotice(file: string): string[] {
  return [
    `the model is scripted: it plays the turns of ${file}; the tools are real`,
    'for a real model set OPENAI_API_KEY, and give --model openai:gpt-5.2 (or anthropic:…, google:…, ollama:…)',
  ]
}

/** A file named in an agent file must be below the directory of that file; the command line may name any file. */
async function pathOf(file: string, origin: Origin): Promise<string> {
  if (origin.kind === 'file') {
    const found = await resolveInside(origin.directory, file)
    if (found.ok) return found.path
    throw new CliError(EXIT.file, `the model's file ${file} cannot be used: ${found.reason}`, {
      fix: 'paths start from the directory of the agent file',
    })
  }
  try {
    return await realpath(resolve(file))
  } catch (error) {
    throw new CliError(EXIT.file, `the model's file ${file} cannot be used: ${systemMessage(error)}`)
  }
}

async function loadScript(file: string, origin: Origin): Promise<LanguageModelV4> {
  const path = await pathOf(file, origin)
  if (!(await stat(path)).isFile()) throw new CliError(EXIT.file, `the model's script ${file} is not a file`)
  let script: unknown
  try {
    const module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown }
    script = module.default
  } catch (error) {
    const { message, fix } = describeLoadError(error, file, path)
    throw new CliError(EXIT.file, message, { cause: error, ...(fix !== undefined && { fix }) })
  }
  if (!Array.isArray(script) && typeof script !== 'function') {
    throw new CliError(EXIT.file, `the model's script ${file} has no turns`, {
      fix: "export them by default, as scriptedModel of aof-runtime/testing takes them: export default [{ text: '…' }]",
    })
  }
  return scriptedModel(script as readonly (TurnScript | TurnFunction)[] | TurnFunction, { modelId: file })
}
