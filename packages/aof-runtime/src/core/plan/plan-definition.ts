import type { JsonSchema } from '../contract/schema.ts'

export const PLAN_DESCRIPTION: string = [
  'Runs several tool calls as one plan. Steps that do not need each other run at the same time, and a step can use the results of others without your seeing them first.',
  'Use it when what you have to do is clear from the start and takes several calls, above all when one needs what another gives. Call a tool itself when you have to see its result before you know what comes next.',
  'Each step has an id, the name of a tool, and the arguments of that tool.',
  'To give a step the result of another: {"$result": "<id>"} anywhere in its arguments stands for the whole result of that step, {"$result": "<id>", "pointer": "/items/0/name"} for a part of it (a JSON Pointer). Within a text, {{<id>}} or {{<id>/items/0/name}} stands for the same as text. {"$literal": …} stands for what it holds, as it is.',
  'A step starts when all steps have succeeded whose results it uses, or that it lists in dependsOn; list there only what must come first for another reason. Everything else runs side by side.',
  'If anything is wrong with the plan, no step runs and you get a list of what to correct. If a step fails, the steps that need it are skipped and all others run on.',
  'You get the result of every step, in order.',
].join('\n')

/** The schema of a plan; the same tools give the same bytes. */
export function planSchema(toolNames: readonly string[], maxSteps: number): JsonSchema {
  return {
    type: 'object',
    properties: {
      steps: {
        type: 'array',
        minItems: 1,
        maxItems: maxSteps,
        description: 'The calls, in any order.',
        items: {
          type: 'object',
          properties: {
            id: {
              type: 'string',
              pattern: '^[A-Za-z0-9_.-]{1,64}$',
              description: 'A name of your own for the step; no two steps have the same.',
            },
            tool: { type: 'string', enum: [...toolNames].sort(), description: 'The tool to call.' },
            arguments: {
              type: 'object',
              description:
                'The arguments of the tool, with {"$result": "<id>"} or {{<id>}} for results of other steps.',
            },
            dependsOn: {
              type: 'array',
              items: { type: 'string' },
              description: 'Steps that must have succeeded before, besides those whose results the arguments use.',
            },
          },
          required: ['id', 'tool', 'arguments'],
          additionalProperties: false,
        },
      },
    },
    required: ['steps'],
    additionalProperties: false,
  }
}
