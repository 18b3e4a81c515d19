import { MODEL_ID, NO_KEY, PACKAGES, providerPackage } from '../provider-package.ts'
import { amendAnthropic, anthropicCallBlocks, anthropicResults, isAnthropicEvent } from './anthropic-messages.ts'
import type { RecordedDialect } from './dialect.ts'

/** Anthropic's events in the frames of Bedrock's InvokeModelWithResponseStream. Whole answers have Anthropic's own format. */
export const anthropicOnBedrock: RecordedDialect = {
  name: 'anthropic-on-bedrock',
  title: "Anthropic's Messages API on Amazon Bedrock",
  isWhole: () => false,
  isEvent: (value, framing) => framing === 'aws-chunks' && isAnthropicEvent(value),
  wire: 'aws-chunks',
  provider: providerPackage(PACKAGES.bedrockAnthropic, ({ createAmazonBedrockAnthropic }, fetch) =>
    createAmazonBedrockAnthropic({ apiKey: NO_KEY, region: 'us-east-1', fetch })(MODEL_ID),
  ),
  amend: amendAnthropic,
  callBlocks: anthropicCallBlocks,
  results: anthropicResults,
}
